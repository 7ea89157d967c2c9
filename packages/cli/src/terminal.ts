import { homedir } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';

/** All that a command sees of the world around it but the server, so that tests can stand in for a person. */
export interface Terminal {
  /** Results go to standard output. */
  print(text: string): void;
  /** To standard output, byte for byte; resolves when it is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Everything else goes to standard error. */
  tell(text: string): void;
  /** Overwrites the last line of standard error; an empty text clears it. */
  retell(line: string): void;
  /** Whether somebody is there to read and to answer. */
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  ask(question: string): Promise<string>;
  /** Does not show what is typed. */
  askSecret(question: string): Promise<string>;
  /** From now on Ctrl-C and SIGTERM abort this signal instead of ending the process. */
  untilInterrupted(): Interruption;
}

export interface Interruption {
  readonly signal: AbortSignal;
  /** Back to normal: the next Ctrl-C ends the process. */
  readonly ignore: () => void;
}

export function processTerminal(): Terminal {
  // Whoever reads us, `head` for one, may have seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    throw error;
  });
  return {
    print: (text) => process.stdout.write(`${text}\n`),
    write: (bytes) =>
      new Promise((resolve) => {
        process.stdout.write(bytes, () => {
          resolve();
        });
      }),
    tell: (text) => process.stderr.write(`${text}\n`),
    retell: (line) => process.stderr.write(`\r\u001b[K${line}`),
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    columns: process.stderr.columns || 80,
    env: process.env,
    homeDir: homedir(),
    ask: (question) => ask(question, process.stderr),
    askSecret,
    untilInterrupted,
  };
}

async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const aborted = new AbortController();
  lines.once('SIGINT', () => {
    aborted.abort();
  });
  try {
    return (await lines.question(question, { signal: aborted.signal })).trim();
  } catch {
    process.stderr.write('\n');
    throw new Failure(EXIT.interrupted, 'Interrupted; nothing was started.');
  } finally {
    lines.close();
  }
}

/** readline echoes what is typed to its output, so that goes nowhere. */
async function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const secret = await ask('', nowhere);
  process.stderr.write('\n');
  return secret;
}

function untilInterrupted(): Interruption {
  const interrupted = new AbortController();
  const abort = (): void => {
    interrupted.abort();
  };
  const ignore = (): void => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  return { signal: interrupted.signal, ignore };
}
