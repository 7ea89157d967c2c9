import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** One call of the program. */
export interface Cli {
  readonly terminal: Terminal;
  /** What the process will end with. */
  exitCode: ExitCode;
}

/** The result of a command: one document for scripts, or words for people. */
export function show(cli: Cli, options: { json?: boolean | undefined }, document: unknown, text: string): void {
  cli.terminal.print(options.json === true ? JSON.stringify(document, null, 2) : text);
}
