import { Option, type Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { usage } from '../../failure.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getId, getIds } from '../../server/lookup.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface TransferOptions extends RunOptions {
  readonly from: string;
  readonly to: string;
  readonly student?: readonly string[];
  readonly all?: boolean;
}

export function transferCommand(batches: Command, cli: Cli): void {
  const command = batches
    .command('transfer')
    .description('move students to another batch of the course, after a preview')
    .requiredOption('--from <batch>', 'its name or id')
    .requiredOption('--to <batch>', 'its name or id')
    .option('--student <person...>', 'these: e-mails, user names, external ids or ids')
    .addOption(new Option('--all', 'everybody who is enrolled or on hold there').conflicts('student'));
  confirmed(command).action((options: TransferOptions) => transfer(cli, options));
}

async function transfer(cli: Cli, options: TransferOptions): Promise<void> {
  if (options.student === undefined && options.all !== true)
    throw usage('Say whom: name students with --student, or give --all.');
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const made = await createOperation(api, {
    operation_type: 'transfer',
    operation_name: `Move students from ${options.from} to ${options.to}`.slice(0, 200),
    parameters: {
      from_batch_id: await getId(api, 'batch', options.from),
      to_batch_id: await getId(api, 'batch', options.to),
      ...(options.student === undefined ? { all: true } : { user_ids: await getIds(api, 'person', options.student) }),
    },
  });
  await runOperation(cli, api, made, options);
}
