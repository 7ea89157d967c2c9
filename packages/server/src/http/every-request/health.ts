import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import type { App, HttpContext } from './context.ts';

const ANSWER_MS_MAX = 2_000;

export function healthRoutes(app: App, context: HttpContext): void {
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
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Problem('unavailable')), ANSWER_MS_MAX).unref();
      });
      await Promise.race([sql`select 1`.execute(context.database.global), late]).catch(() => {
        throw new Problem('unavailable');
      });
      return { status: 'ok' as const };
    },
  );
}
