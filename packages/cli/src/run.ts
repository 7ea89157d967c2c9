import { CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Failure, failureText, type Fault } from './failure.ts';
import { buildProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs one command line.
 *
 * @param args - Without the program itself.
 * @returns what the process has to end with; nothing is thrown.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const cli: Cli = { terminal, exitCode: EXIT.done };
  try {
    await buildProgram(cli).parseAsync(args, { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, args, terminal);
    const failure = toFailure(error, terminal);
    if (args.includes('--json')) terminal.print(JSON.stringify(failure.document, null, 2));
    terminal.tell(failureText(failure));
    return failure.exitCode;
  }
}

/** Help and version are no failures; commander has told the rest already. */
function endOfParsing(error: CommanderError, args: readonly string[], terminal: Terminal): ExitCode {
  if (error.exitCode === 0) return EXIT.done;
  if (args.includes('--json')) terminal.print(JSON.stringify({ message: error.message, errors: [] }, null, 2));
  return EXIT.usage;
}

function toFailure(error: unknown, terminal: Terminal): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const faults = faultsOf(error);
  if (faults.length > 0) return new Failure(EXIT.refused, message, faults);
  if (terminal.env['MUSTER_DEBUG'] !== undefined && error instanceof Error) terminal.tell(error.stack ?? message);
  return new Failure(EXIT.unreachable, message);
}

/** Of a Problem that a command beside the database met. The server is a bundle of its own, so its class is not ours. */
function faultsOf(error: unknown): Fault[] {
  if (!(error instanceof Error) || !('errors' in error) || !Array.isArray(error.errors)) return [];
  return error.errors.filter(isFault);
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'field' in value && 'message' in value && 'correction' in value;
}
