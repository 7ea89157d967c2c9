import { z } from 'zod';
import { claim, linkAccount, readLink } from '../../tenancy/claim-links.ts';
import { passwordSchema } from '../../tenancy/password-schema.ts';
import { originOf, tokenOf } from '../every-request/authentication.ts';
import type { App, HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';

const token = z.string().min(1).max(300);

export function claimRoutes(app: App, context: HttpContext): void {
  app.post(
    '/api/claim',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Sign-in'],
        summary: 'Set a password with a one-time link',
        security: [],
        body: z.strictObject({ token, password: passwordSchema }),
        response: { 200: z.object({ user_id: z.string() }), ...refusals },
      },
    },
    async (request) => {
      const { userId } = await claim(context.database, request.body, originOf(request), context.engine.now());
      return { user_id: userId };
    },
  );
  app.post(
    '/api/claim/read',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Sign-in'],
        summary: 'Whom a one-time link is for',
        security: [],
        body: z.strictObject({ token }),
        response: {
          200: z.object({
            organization: z.string(),
            full_name: z.string(),
            has_account: z.boolean().describe('Whether the link sets a new password for an account that is there'),
          }),
          ...refusals,
        },
      },
    },
    async (request) => {
      const found = await readLink(context.database, request.body.token, context.engine.now());
      return { organization: found.organization, full_name: found.name, has_account: found.hasAccount };
    },
  );
  linkRoute(app, context);
}

function linkRoute(app: App, context: HttpContext): void {
  app.post(
    '/api/claim/link',
    {
      config: { access: 'account' },
      schema: {
        tags: ['Sign-in'],
        summary: 'Enter an organization, by a one-time link, with the account that is signed in',
        description: 'Only the owner of an account brings it into another organization; nobody else can link it.',
        body: z.strictObject({ token }),
        response: { 200: z.object({ organization_id: z.string(), user_id: z.string() }), ...refusals },
      },
    },
    async (request) => {
      const { token: session = '' } = tokenOf(request, context) ?? {};
      const accountId = request.signIn?.accountId ?? '';
      const { orgId, userId } = await linkAccount(
        context.database,
        { token: request.body.token, accountId, session },
        originOf(request),
        context.engine.now(),
      );
      return { organization_id: orgId, user_id: userId };
    },
  );
}
