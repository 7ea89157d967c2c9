import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { followOperation } from '../../follow-operation.ts';
import { getOperation } from '../../server/operations.ts';
import { connect, overHttp, type HttpOptions } from '../options.ts';

export function watchCommand(operations: Command, cli: Cli): void {
  overHttp(operations.command('watch'))
    .description('follow an operation until it ends; Ctrl-C leaves it running')
    .argument('<id>', 'of the operation')
    .action(async (id: string, options: HttpOptions) => {
      const api = connect(cli, options);
      await followOperation(cli, api, await getOperation(api, id), { ...options, watch: true });
    });
}
