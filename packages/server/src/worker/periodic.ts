/** What a worker does of its own accord, at intervals. Each piece may run in several processes at once. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Periodic {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  readonly work: (signal: AbortSignal) => Promise<void>;
}

/** Resolves when told to stop and the work in hand is done. A failure is logged, and the work tried again in its time. */
export async function repeat(
  { name, everyMs, work }: Periodic,
  signal: AbortSignal,
  log: (level: 'info' | 'error', message: string, meta?: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work(signal);
    } catch (error) {
      log('error', `${name} failed and will be tried again.`, { error: String(error) });
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
