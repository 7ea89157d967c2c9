import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { readJsonObject } from '../../read-file.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { steer } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface RetryOptions extends RunOptions {
  readonly items?: string;
  readonly corrections?: string;
}

export function retryCommand(operations: Command, cli: Cli): void {
  const command = operations
    .command('retry')
    .description('run the failed items again, as an operation of their own')
    .argument('<id>', 'of the operation')
    .option('--items <numbers>', 'only these items, with commas between')
    .option('--corrections <file>', 'JSON: corrected input by item, for a file {"17": {"Mail": "ana@school.example"}}');
  confirmed(command).action((id: string, options: RetryOptions) => retry(cli, id, options));
}

async function retry(cli: Cli, id: string, options: RetryOptions): Promise<void> {
  assertAnswerable(cli, options);
  const { items, corrections } = options;
  const api = connect(cli, options);
  const made = await steer(api, id, 'retry', {
    plan_only: true,
    ...(items === undefined ? {} : { item_ids: items.split(',') }),
    ...(corrections === undefined ? {} : { corrections: readJsonObject(corrections) }),
  });
  await runOperation(cli, api, made, options);
}
