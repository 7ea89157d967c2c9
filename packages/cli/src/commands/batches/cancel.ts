import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getIds } from '../../server/lookup.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface CancelOptions extends RunOptions {
  readonly batch: readonly string[];
  readonly remove?: boolean;
}

export function cancelBatchesCommand(batches: Command, cli: Cli): void {
  const command = batches
    .command('cancel')
    .description('cancel batches in which nobody is enrolled, after a preview')
    .requiredOption('--batch <batch...>', 'these: names or ids')
    .option('--remove', 'take out altogether those without any enrollment behind them');
  confirmed(command).action((options: CancelOptions) => cancel(cli, options));
}

async function cancel(cli: Cli, options: CancelOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const made = await createOperation(api, {
    operation_type: 'batch_cancel',
    operation_name: `Cancel ${options.batch.join(', ')}`.slice(0, 200),
    parameters: { batch_ids: await getIds(api, 'batch', options.batch), remove: options.remove === true },
  });
  await runOperation(cli, api, made, options);
}
