import { show, type Cli } from './cli.ts';

interface Started {
  readonly address: string;
  readonly words: string;
  readonly close: () => Promise<void>;
}

/** Runs until SIGINT or SIGTERM, then finishes what is in hand. A second signal ends the process at once. */
export async function runServer(
  cli: Cli,
  options: { json?: boolean | undefined },
  begin: () => Promise<Started>,
): Promise<void> {
  const { signal, ignore } = cli.terminal.untilInterrupted();
  const started = await begin();
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
