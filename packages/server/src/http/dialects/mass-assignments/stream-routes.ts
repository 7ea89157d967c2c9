/** Progress as server-sent events: `progress` while it moves, `end` with the final state, `refused` once the right ends. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Operation } from '../../../engine/index.ts';
import { letIn } from '../../every-request/authentication.ts';
import type { App, HttpContext } from '../../every-request/context.ts';
import { endedByRefusal, refusals } from '../../every-request/errors.ts';
import { read } from '../../every-request/route.ts';
import { getMassOperation, OPERATION_PATH, operationParams, tags } from './mass-operation.ts';
import { viewLife, viewProgress } from './status-view.ts';

const EVERY_MS = 500;

export function streamRoutes(app: App, context: HttpContext): void {
  const closing = new AbortController();
  // Streams end when the server is to end; it would wait for them otherwise.
  app.addHook('preClose', async () => closing.abort());

  app.get(
    `${OPERATION_PATH}/stream`,
    {
      schema: {
        tags,
        summary: 'Progress as server-sent events',
        params: operationParams,
        response: {
          200: {
            description: 'Events `progress` and, last, `end`, or `refused` when the sign-in or the right ends.',
            content: { 'text/event-stream': { schema: z.string() } },
          },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const readOnce = async (): Promise<Operation> =>
        read(context, request, async (asked) => getMassOperation(asked, request.params.operation_id));
      await readOnce();
      const readAnew = async (): Promise<Operation> => {
        await letIn(request, context);
        return readOnce();
      };
      const events = progressEvents(readAnew, () => closing.signal.aborted || reply.raw.destroyed);
      return sendEvents(reply, endedByRefusal(events, request));
    },
  );
}

function sendEvents(reply: FastifyReply, events: AsyncIterable<string>): FastifyReply {
  reply.header('content-type', 'text/event-stream; charset=utf-8');
  reply.header('cache-control', 'no-cache, no-transform').header('x-accel-buffering', 'no');
  return reply.send(Readable.from(events, { objectMode: false }));
}

async function* progressEvents(read: () => Promise<Operation>, isOver: () => boolean): AsyncGenerator<string> {
  while (!isOver()) {
    const operation = await read();
    const state = JSON.stringify({
      operation_id: operation.id,
      ...viewLife(operation),
      progress: viewProgress(operation),
    });
    yield `event: progress\ndata: ${state}\n\n`;
    if (operation.phase === 'done') {
      yield `event: end\ndata: ${state}\n\n`;
      return;
    }
    await delay(EVERY_MS);
  }
}
