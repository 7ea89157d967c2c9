import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { wholeNumber } from './options.ts';
import { logLevelOption } from './serve.ts';

interface DemoOptions {
  readonly once?: boolean;
  readonly port?: number;
  readonly dataDir?: string;
  readonly logLevel?: string;
}

export function demoCommand(program: Command, cli: Cli): void {
  program
    .command('demo')
    .description('load a made-up school, import, assign, report and undo, then serve it until stopped')
    .option('--once', 'end after the job instead of serving; exit code 1 when a step fails')
    .option('--port <number>', 'default: 4000, or a free one when that is taken', wholeNumber)
    .option('--data-dir <folder>', 'folder of its database and files (default: .muster/demo)')
    .addOption(logLevelOption())
    .action((options: DemoOptions) => runDemo(cli, options));
}

async function runDemo(cli: Cli, options: DemoOptions): Promise<void> {
  const { terminal } = cli;
  const { once, ...given } = options;
  const { signal, ignore } = terminal.untilInterrupted();
  const { demo, demoSignIn } = await import('@muster/server');
  const print = (line: string): void => {
    terminal.print(line);
  };
  const running = await demo({ ...given, signal, print }).catch((error: unknown) => {
    throw new Failure(EXIT.someFailed, error instanceof Error ? error.message : String(error));
  });
  if (once !== true && !signal.aborted) {
    terminal.print(demoSignIn(running.address));
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
  }
  ignore();
  if (once === true && signal.aborted) cli.exitCode = EXIT.interrupted;
  if (once !== true) terminal.tell('Stopping after the chunk in hand ...');
  await running.close();
}
