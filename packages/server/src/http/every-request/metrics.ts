/**
 * Figures for who watches over the server, in the text form of Prometheus.
 *
 * Those of operations are asked of the database, so that every process answers the same, whichever did the work. They
 * are of all organizations together and named by kind, size and status alone: nobody's data is in them.
 */
import { timingSafeEqual } from 'node:crypto';
import { Problem } from '@muster/contract';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { z } from 'zod';
import { tokenOf } from './authentication.ts';
import type { App, HttpContext } from './context.ts';
import { refusals } from './errors.ts';

const HOUR_MS = 3_600_000;

/** Served only where the operator has set a token for it. */
export function metricsRoutes(app: App, context: HttpContext): void {
  const { metricsToken } = context.settings;
  if (metricsToken === undefined) return;
  const measure = measures(context);
  app.get(
    '/metrics',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Health'],
        summary: 'Queue, durations and failures by kind of operation, for Prometheus; needs the token of the operator',
        response: { 200: z.string(), ...refusals },
      },
    },
    async (request, reply) => {
      if (!isSame(tokenOf(request, context)?.token ?? '', metricsToken)) throw new Problem('unauthenticated');
      const { text, type } = await measure();
      return reply.type(type).send(text);
    },
  );
}

/** Takes as long whatever was given. */
function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

interface Figures {
  readonly kind: string;
  readonly lane: string;
  readonly status: string;
  readonly operations: number;
  readonly failed_items: number;
  readonly oldest_seconds: number | null;
  readonly median_seconds: number | null;
  readonly p95_seconds: number | null;
  readonly max_seconds: number | null;
}

const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
const BY_KIND = ['kind', 'lane', 'status'] as const;

/** @returns what asks for the figures and writes them down, anew at each call. */
function measures({ database, engine }: HttpContext): () => Promise<{ text: string; type: string }> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const underWay = new Gauge({
    name: 'muster_operations',
    help: 'Operations that have not ended, by kind, size and status; queued are those that wait',
    labelNames: BY_KIND,
    registers,
  });
  const oldest = new Gauge({
    name: 'muster_operations_oldest_seconds',
    help: 'How long ago the oldest of these was confirmed',
    labelNames: BY_KIND,
    registers,
  });
  const ended = new Gauge({
    name: 'muster_operations_ended',
    help: 'Operations that ended within the last hour',
    labelNames: BY_KIND,
    registers,
  });
  const failed = new Gauge({
    name: 'muster_items_failed',
    help: 'Failed items of the operations that ended within the last hour',
    labelNames: BY_KIND,
    registers,
  });
  const seconds = new Gauge({
    name: 'muster_operation_seconds',
    help: 'From the start to the end of operations that ended within the last hour',
    labelNames: [...BY_KIND, 'quantile'] as const,
    registers,
  });
  const gauges = [underWay, oldest, ended, failed, seconds];
  return async () => {
    const { rows } = await database.pool.query<Figures>('select * from operation_figures($1)', [
      new Date(engine.now().getTime() - HOUR_MS),
    ]);
    for (const gauge of gauges) gauge.reset();
    for (const { kind, lane, status, ...figures } of rows) {
      const of = { kind, lane, status };
      if (ENDED.has(status)) {
        ended.set(of, figures.operations);
        failed.set(of, figures.failed_items);
        seconds.set({ ...of, quantile: '0.5' }, figures.median_seconds ?? 0);
        seconds.set({ ...of, quantile: '0.95' }, figures.p95_seconds ?? 0);
        seconds.set({ ...of, quantile: '1' }, figures.max_seconds ?? 0);
      } else {
        underWay.set(of, figures.operations);
        oldest.set(of, figures.oldest_seconds ?? 0);
      }
    }
    return { text: await registry.metrics(), type: registry.contentType };
  };
}
