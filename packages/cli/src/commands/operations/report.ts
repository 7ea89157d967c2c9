import { Option, type Command } from 'commander';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { show, type Cli } from '../../cli.ts';
import { usage } from '../../failure.ts';
import { pathOf } from '../../server/operations.ts';
import { grouped } from '../../show/words.ts';
import { connect, overHttp, type HttpOptions } from '../options.ts';

interface ReportOptions extends HttpOptions {
  readonly status?: string;
  readonly output?: string;
}

export function reportCommand(operations: Command, cli: Cli): void {
  const command = operations
    .command('report')
    .description('the items as CSV: of an import the original columns, with what is wrong and how to correct it')
    .argument('<id>', 'of the operation')
    .addOption(
      new Option('--status <status>', 'only these (default: of an import failed, otherwise all)').choices([
        'failed',
        'success',
        'skipped',
        'not_processed',
      ]),
    )
    .option('-o, --output <file>', 'write it there instead of to standard output');
  overHttp(command).action((id: string, options: ReportOptions) => report(cli, id, options));
}

async function report(cli: Cli, id: string, options: ReportOptions): Promise<void> {
  const { status, output } = options;
  if (options.json === true && output === undefined)
    throw usage('Give --output with --json: the report itself is CSV.');
  const response = await connect(cli, options).open(`${pathOf(id)}/report.csv`, { status });
  if (output === undefined) {
    for await (const chunk of chunksOf(response)) await cli.terminal.write(chunk);
    return;
  }
  const file = createWriteStream(output);
  await pipeline(chunksOf(response), file);
  const { bytesWritten: bytes } = file;
  show(cli, options, { file: output, bytes }, `Wrote ${output} (${grouped(bytes)} bytes).`);
}

/** As it arrives: a report may be larger than the memory. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) yield read.value;
}
