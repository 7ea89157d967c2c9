/**
 * Progress as server-sent events: `progress` while it moves, `end` with the final state. Before each of them it is asked
 * anew who watches: a stream ends, with `refused`, when the right to it does.
 */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { OperationProgress } from '@muster/contract';
import { z } from 'zod';
import { getVisible, type Operation } from '../../engine/index.ts';
import { letIn } from '../every-request/authentication.ts';
import type { App, HttpContext } from '../every-request/context.ts';
import { endedByRefusal, refusals } from '../every-request/errors.ts';
import { read } from '../every-request/route.ts';
import { idOf, operationParams, OPERATION_PATH } from './operation-path.ts';
import { progressFeed, type ProgressFeed } from './progress-feed.ts';
import { viewProgress } from './progress-view.ts';

/** While it runs there is an event at least this often, and at most one in MIN_MS. */
const RUNNING_MS = 1_000;
/** While it waits: keeps the connection open through proxies. */
const WAITING_MS = 5_000;
const MIN_MS = 200;

export function streamRoutes(app: App, context: HttpContext): void {
  const feed = progressFeed(context.database);
  // Streams end when the server is to end; it would wait for them otherwise.
  app.addHook('preClose', () => feed.close());

  app.get(
    `${OPERATION_PATH}/stream`,
    {
      schema: {
        tags: ['Operations'],
        summary: 'Progress as server-sent events',
        params: operationParams,
        response: {
          200: {
            description:
              'Events `progress` and, last, `end`, each with an OperationProgress, or `refused` with a Problem when the sign-in or the right ends.',
            content: { 'text/event-stream': { schema: z.any().meta({ type: 'string' }) } },
          },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params);
      const readOnce = async (): Promise<Operation> => read(context, request, async (asked) => getVisible(asked, id));
      await readOnce();
      const readAnew = async (): Promise<Operation> => {
        await letIn(request, context);
        return readOnce();
      };
      const events = endedByRefusal(progressEvents(context, feed, id, readAnew, reply.raw), request);
      reply.header('content-type', 'text/event-stream; charset=utf-8');
      reply.header('cache-control', 'no-cache, no-transform').header('x-accel-buffering', 'no');
      // The connection ends with the stream; kept alive it would hold up a server that is to end.
      reply.header('connection', 'close');
      // Already bytes: the serializer of the schema is for what is not streamed.
      return reply.send(Readable.from(events, { objectMode: false }));
    },
  );
}

async function* progressEvents(
  context: HttpContext,
  feed: ProgressFeed,
  id: string,
  read: () => Promise<Operation>,
  response: NodeJS.EventEmitter & { readonly destroyed: boolean },
): AsyncGenerator<string> {
  const bell = alarm();
  const unwatch = feed.watch(id, bell.ring);
  response.once('close', bell.ring);
  try {
    while (!feed.isClosed() && !response.destroyed) {
      const operation = await read();
      const progress = viewProgress(operation, context.engine.now());
      yield event('progress', progress);
      if (operation.phase === 'done') {
        yield event('end', progress);
        return;
      }
      await delay(MIN_MS);
      await bell.wait((isAtWork(operation.status) ? RUNNING_MS : WAITING_MS) - MIN_MS);
    }
  } finally {
    unwatch();
  }
}

function event(name: string, progress: OperationProgress): string {
  return `event: ${name}\ndata: ${JSON.stringify(progress)}\n\n`;
}

/** Waits for a ring, which may have come before, or for a while. */
function alarm(): { ring: () => void; wait: (ms: number) => Promise<void> } {
  let hasRung = false;
  let wake: (() => void) | null = null;
  return {
    ring: () => {
      hasRung = true;
      wake?.();
    },
    wait: async (ms) => {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      hasRung = false;
      wake = null;
    },
  };
}

/** Being planned or applied: somebody is watching a bar. */
function isAtWork(status: string): boolean {
  return status === 'processing' || status === 'validating';
}
