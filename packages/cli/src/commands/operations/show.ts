import type { Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { findExamples } from '../../run-operation.ts';
import { getOperation, getPreview, getResults } from '../../server/operations.ts';
import { operationText, resultText } from '../../show/operation.ts';
import { previewText } from '../../show/preview.ts';
import { connect, overHttp, type HttpOptions } from '../options.ts';

export function showCommand(operations: Command, cli: Cli): void {
  overHttp(operations.command('show'))
    .description('one operation: its plan while it waits, its result once it runs')
    .argument('<id>', 'of the operation')
    .action((id: string, options: HttpOptions) => showOperation(cli, id, options));
}

async function showOperation(cli: Cli, id: string, options: HttpOptions): Promise<void> {
  const api = connect(cli, options);
  const operation = await getOperation(api, id);
  const words = operationText(operation);
  if (operation.status === 'pending') {
    if (operation.plan_hash === null) {
      show(cli, options, { operation }, words);
      return;
    }
    const preview = await getPreview(api, operation.id);
    show(cli, options, { operation, preview }, `${words}\n\n${previewText(preview, await findExamples(api, preview))}`);
    return;
  }
  const results = await getResults(api, operation.id);
  show(cli, options, { operation, results }, `${words}\n\n${resultText(results)}`);
}
