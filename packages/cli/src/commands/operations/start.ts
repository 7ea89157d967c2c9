import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getOperation } from '../../server/operations.ts';
import { acceptingFiles, confirmed, connect, type RunOptions } from '../options.ts';

export function startCommand(operations: Command, cli: Cli): void {
  confirmed(acceptingFiles(operations.command('start')))
    .description('run an operation that was previewed, or approved, before')
    .argument('<id>', 'of the operation')
    .action(async (id: string, options: RunOptions) => {
      assertAnswerable(cli, options);
      const api = connect(cli, options);
      await runOperation(cli, api, await getOperation(api, id), options);
    });
}
