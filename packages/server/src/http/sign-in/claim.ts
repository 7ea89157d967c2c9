import { z } from 'zod';
import { claim } from '../../tenancy/claim-links.ts';
import { passwordSchema } from '../../tenancy/password-schema.ts';
import { originOf } from '../every-request/authentication.ts';
import type { App, HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';

export function claimRoutes(app: App, context: HttpContext): void {
  app.post(
    '/api/claim',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Sign-in'],
        summary: 'Set a password with a one-time link',
        security: [],
        body: z.strictObject({ token: z.string().min(1).max(300), password: passwordSchema }),
        response: { 200: z.object({ user_id: z.string() }), ...refusals },
      },
    },
    async (request) => {
      const { userId } = await claim(context.database, request.body, originOf(request), context.engine.now());
      return { user_id: userId };
    },
  );
}
