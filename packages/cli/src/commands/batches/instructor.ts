import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getId, getIds } from '../../server/lookup.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';
import { forceOf, withForce, type ForceOptions } from './force.ts';

interface InstructorOptions extends RunOptions, ForceOptions {
  readonly batch: readonly string[];
  readonly teacher: string;
  /** False with --no-notify. */
  readonly notify: boolean;
}

export function batchInstructorCommand(batches: Command, cli: Cli): void {
  const command = batches
    .command('instructor')
    .description('give batches to a teacher, after a preview; who led them leaves them')
    .requiredOption('--batch <batch...>', 'these: names or ids')
    .requiredOption('--teacher <person>', 'e-mail, user name, external id or id')
    .option('--no-notify', 'do not tell the teacher');
  confirmed(withForce(command)).action((options: InstructorOptions) => assign(cli, options));
}

async function assign(cli: Cli, options: InstructorOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const made = await createOperation(api, {
    operation_type: 'batch_instructor',
    operation_name: `Give batches to ${options.teacher}`.slice(0, 200),
    parameters: {
      batch_ids: await getIds(api, 'batch', options.batch),
      instructor_id: await getId(api, 'person', options.teacher),
      notify: options.notify,
      ...forceOf(options),
    },
  });
  await runOperation(cli, api, made, options);
}
