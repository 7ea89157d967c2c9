import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { usage } from '../failure.ts';
import { assertAnswerable, runOperation } from '../run-operation.ts';
import { getId, getIds } from '../server/lookup.ts';
import { createOperation } from '../server/operations.ts';
import { confirmed, connect, type RunOptions } from './options.ts';

interface UnenrollOptions extends RunOptions {
  readonly batch: readonly string[];
  readonly student?: readonly string[];
  readonly from?: string;
  readonly hard?: boolean;
  readonly notify?: boolean;
}

export function unenrollCommand(program: Command, cli: Cli): void {
  const command = program
    .command('unenroll')
    .description('remove students from batches, after a preview')
    .requiredOption('--batch <batch...>', 'from these: names or ids')
    .optionsGroup('Whom (all of them together):')
    .option('--student <person...>', 'these: e-mails, user names, external ids, names or ids')
    .option('--from <batch>', 'everybody who is active in this batch: its name or id')
    .optionsGroup('How:')
    .option('--hard', 'end access at once; this cannot be undone')
    .option('--notify', 'tell them by e-mail');
  confirmed(command).action((options: UnenrollOptions) => unenroll(cli, options));
}

async function unenroll(cli: Cli, options: UnenrollOptions): Promise<void> {
  const { student: students = [], from } = options;
  if (students.length === 0 && from === undefined) throw usage('Say whom: give --student or --from.');
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const made = await createOperation(api, {
    operation_type: 'unenroll',
    operation_name: `Remove from ${options.batch.join(', ')}`.slice(0, 200),
    parameters: {
      user_ids: await getIds(api, 'person', students),
      ...(from === undefined ? {} : { user_filter: { source_package_session_id: await getId(api, 'batch', from) } }),
      package_session_ids: await getIds(api, 'batch', options.batch),
      options: { mode: options.hard === true ? 'HARD' : 'SOFT', notify_learners: options.notify === true },
    },
  });
  await runOperation(cli, api, made, options);
}
