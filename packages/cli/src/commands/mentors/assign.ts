import { ASSIGNMENT_TYPES } from '@muster/contract';
import { Option, type Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getIds } from '../../server/lookup.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface AssignOptions extends RunOptions {
  readonly student: readonly string[];
  readonly instructor: readonly string[];
  readonly type?: string;
  readonly notes?: string;
  readonly replace?: boolean;
  /** False with --no-notify. */
  readonly notify: boolean;
}

export function assignMentorCommand(mentors: Command, cli: Cli): void {
  const command = mentors
    .command('assign')
    .description('give students an instructor of their own, after a preview')
    .requiredOption('--student <person...>', 'to these: e-mails, user names, external ids, names or ids')
    .requiredOption('--instructor <person...>', 'these; several take turns')
    .addOption(new Option('--type <type>', 'what the instructor is (default: mentor)').choices(ASSIGNMENT_TYPES))
    .option('--notes <text>', 'for the instructor')
    .option('--replace', "end another instructor's assignment instead of leaving the student out")
    .option('--no-notify', 'tell nobody');
  confirmed(command).action((options: AssignOptions) => assign(cli, options));
}

async function assign(cli: Cli, options: AssignOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const { type, notes, replace, notify } = options;
  const made = await createOperation(api, {
    operation_type: 'mentor_assign',
    operation_name: `Assign ${options.instructor.join(', ')}`.slice(0, 200),
    parameters: {
      student_ids: await getIds(api, 'person', options.student),
      instructor_ids: await getIds(api, 'person', options.instructor),
      notify,
      ...(type === undefined ? {} : { assignment_type: type }),
      ...(notes === undefined ? {} : { notes }),
      ...(replace === undefined ? {} : { replace }),
    },
  });
  await runOperation(cli, api, made, options);
}
