import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getIds } from '../../server/lookup.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface UnassignOptions extends RunOptions {
  readonly student: readonly string[];
  readonly reason?: string;
  /** False with --no-notify. */
  readonly notify: boolean;
}

export function unassignMentorCommand(mentors: Command, cli: Cli): void {
  const command = mentors
    .command('unassign')
    .description("end students' instructor assignments, after a preview")
    .requiredOption('--student <person...>', 'of these: e-mails, user names, external ids, names or ids')
    .option('--reason <text>', 'why; kept with the assignment')
    .option('--no-notify', 'tell nobody');
  confirmed(command).action((options: UnassignOptions) => unassign(cli, options));
}

async function unassign(cli: Cli, options: UnassignOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const { reason, notify } = options;
  const made = await createOperation(api, {
    operation_type: 'mentor_unassign',
    operation_name: 'End instructor assignments',
    parameters: {
      student_ids: await getIds(api, 'person', options.student),
      notify,
      ...(reason === undefined ? {} : { reason }),
    },
  });
  await runOperation(cli, api, made, options);
}
