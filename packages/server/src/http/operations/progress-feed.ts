/** Tells this process when operations move: one LISTEN connection for all who watch, opened with the first of them. */
import pg from 'pg';
import type { Database } from '../../db/database.ts';
import { PROGRESS_CHANNEL } from '../../engine/index.ts';

const RECONNECT_MS = 1_000;

export interface ProgressFeed {
  readonly isClosed: () => boolean;
  /** Calls back at each change of the operation, and when the feed is closed. @returns what ends the watching. */
  watch(operationId: string, onChange: () => void): () => void;
  close(): Promise<void>;
}

/**
 * A connection that breaks is made again after a second. What is missed meanwhile does no harm: whoever watches also
 * looks by the clock.
 */
export function progressFeed(database: Database): ProgressFeed {
  const watchers = new Map<string, Set<() => void>>();
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | null = null;
  let isClosed = false;

  const lost = (broken: pg.Client): void => {
    if (client !== broken) return;
    client = null;
    if (!isClosed && watchers.size > 0) retry = setTimeout(open, RECONNECT_MS).unref();
  };
  function open(): void {
    if (client !== null || isClosed) return;
    const opened = new pg.Client({ ...database.pool.options, application_name: 'muster progress' });
    client = opened;
    opened.on('error', () => lost(opened));
    opened.on('end', () => lost(opened));
    opened.on('notification', ({ payload = '' }) =>
      watchers.get(payload.split(' ')[1] ?? '')?.forEach((call) => call()),
    );
    opened
      .connect()
      .then(() => opened.query(`listen ${PROGRESS_CHANNEL}`))
      .catch(() => lost(opened));
  }

  return {
    isClosed: () => isClosed,
    watch: (operationId, onChange) => {
      const own = watchers.get(operationId) ?? new Set();
      watchers.set(operationId, own.add(onChange));
      open();
      return () => {
        own.delete(onChange);
        if (own.size === 0) watchers.delete(operationId);
      };
    },
    close: async () => {
      isClosed = true;
      if (retry !== null) clearTimeout(retry);
      for (const own of watchers.values()) own.forEach((call) => call());
      await client?.end().catch(() => undefined);
    },
  };
}
