import { bulkOperation } from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { OPERATIONS } from '../../server/operations.ts';
import { operationsText } from '../../show/operation.ts';
import { connect, overHttp, wholeNumber, type HttpOptions } from '../options.ts';

interface ListOptions extends HttpOptions {
  readonly status?: string;
  readonly kind?: string;
  readonly search?: string;
  readonly page: number;
  readonly limit: number;
}

export function listCommand(operations: Command, cli: Cli): void {
  const command = operations
    .command('list')
    .description('operations, newest first')
    .option(
      '--status <statuses>',
      'pending, queued, processing, paused, completed, failed, cancelled; several with commas',
    )
    .option('--kind <kind>', 'such as user_import, user_status, assign_sequence, undo')
    .option('--search <text>', 'part of the name or the description')
    .option('--page <number>', 'which page', wholeNumber, 1)
    .option('--limit <number>', 'operations a page, at most 100', wholeNumber, 25);
  overHttp(command).action((options: ListOptions) => list(cli, options));
}

async function list(cli: Cli, options: ListOptions): Promise<void> {
  const { status, kind: operation_type, search, page, limit: page_size } = options;
  const query = { status, operation_type, search, page, page_size };
  const { items, total } = await connect(cli, options).list(bulkOperation, OPERATIONS, query);
  show(cli, options, { items, total }, operationsText(items, total));
}
