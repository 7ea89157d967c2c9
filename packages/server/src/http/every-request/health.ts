import { Problem } from '@muster/contract';
import { z } from 'zod';
import type { App, HttpContext } from './context.ts';

const ANSWER_MS_MAX = 2_000;

export function healthRoutes(app: App, context: HttpContext): void {
  // Whoever asks meanwhile is told the same: however many ask, the database is asked one question at a time.
  let underWay: Promise<boolean> | null = null;
  app.get(
    '/health',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Health'],
        summary: 'Whether this process can serve: 200 when the database answers, else 503',
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => {
      underWay ??= isUp(context).finally(() => {
        underWay = null;
      });
      if (!(await underWay)) throw new Problem('unavailable');
      return { status: 'ok' as const };
    },
  );
}

async function isUp({ database }: HttpContext): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => {
    setTimeout(resolve, ANSWER_MS_MAX, false).unref();
  });
  const answered = database.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]);
}
