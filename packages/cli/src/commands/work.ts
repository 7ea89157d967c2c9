import { Option, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { runServer } from '../run-server.ts';
import { asJson, databaseOf, mailOf, onDatabase, wholeNumber, withMail, type MailOptions } from './options.ts';
import { logLevelOption } from './serve.ts';

interface WorkOptions extends MailOptions {
  readonly concurrency?: number;
  readonly logLevel?: string;
  readonly json?: boolean;
}

export function workCommand(program: Command, cli: Cli): void {
  const command = program.command('work').description('work on operations, without API and web, until stopped');
  withMail(onDatabase(asJson(command)))
    .addOption(
      new Option('--concurrency <number>', 'operations at once (default: 2)')
        .env('MUSTER_CONCURRENCY')
        .argParser(wholeNumber),
    )
    .addOption(logLevelOption())
    .action(async (options: WorkOptions) => {
      const { concurrency, logLevel, json } = options;
      await runServer(cli, { json }, async () => {
        const { work } = await import('@muster/server');
        const running = await work({ ...databaseOf(command), ...mailOf(options), concurrency, logLevel });
        return { ...running, words: 'Muster works (Ctrl-C stops it).' };
      });
    });
}
