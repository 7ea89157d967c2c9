import type * as server from '@muster/server';
import { show, type Cli } from './cli.ts';

type Server = typeof server;

interface Started {
  readonly address: string;
  readonly words: string;
  readonly close: () => Promise<void>;
}

/**
 * Runs until SIGINT or SIGTERM, then finishes what is in hand. A second signal ends the process at once.
 *
 * The server's modules are loaded here and only now: `muster --help` must not wait for them.
 */
export async function runServer(
  cli: Cli,
  options: { json?: boolean | undefined },
  begin: (server: Server) => Promise<Started>,
): Promise<void> {
  const { signal, ignore } = cli.terminal.untilInterrupted();
  const started = await begin(await import('@muster/server'));
  show(cli, options, { address: started.address, pid: process.pid }, started.words);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  ignore();
  cli.terminal.tell('Stopping after the chunk in hand ...');
  await started.close();
}
