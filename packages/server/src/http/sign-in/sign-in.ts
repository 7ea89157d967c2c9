import { invalidField, Problem, signedInPerson, signIn as signInShape } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isUuid } from '../../db/database.ts';
import { closeSession, openSession, SESSION_HOURS } from '../../tenancy/sessions.ts';
import { recordFailure, signIn } from '../../tenancy/sign-in.ts';
import { recordOwnAccess } from '../../tenancy/trail.ts';
import { originOf, sessionCookie, tokenOf } from '../every-request/authentication.ts';
import type { App, HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { viewSignedIn } from './signed-in.ts';

const name = z.string().min(1).max(254);
const loginBody = z
  .object({
    login: name.optional().describe('E-mail or user name'),
    email: name.optional(),
    username: name.optional(),
    password: z.string().min(1).max(1_000),
    organization: z.string().optional().describe('Id of the organization to act in'),
  })
  .refine((body) => loginOf(body) !== undefined, { message: 'give login, email or username', path: ['login'] });

export function signInRoutes(app: App, context: HttpContext): void {
  const tags = ['Sign-in'];
  const noteFailure = failureNotes(app, context);
  app.post(
    '/api/login',
    {
      config: { access: 'public' },
      schema: { tags, summary: 'Sign in', security: [], body: loginBody, response: { 200: signInShape, ...refusals } },
    },
    async (request, reply) => {
      const { password, organization } = request.body;
      const login = loginOf(request.body) ?? '';
      const now = context.engine.now();
      const attempt = async () => {
        const orgId = await organizationOf(context, organization);
        const timing = { now, answerMs: context.settings.signInMs };
        return { orgId, found: await signIn(context.database, { login, password, orgId }, originOf(request), timing) };
      };
      const { orgId, found } = await attempt().catch((error: unknown) => {
        if (error instanceof Problem && error.code === 'wrong_credentials') noteFailure(request, login, now);
        throw error;
      });
      await recordOwnAccess(context.database, 'sign_in', found.actors, originOf(request));
      const { token, expiresAt } = await openSession(
        context.database,
        found.accountId,
        orgId ?? null,
        now,
        originOf(request),
      );
      const cookie = sessionCookie(request, context);
      reply.setCookie(cookie.name, token, { ...cookie.options, maxAge: SESSION_HOURS * 3_600 });
      const own = await viewSignedIn(context, found, orgId);
      return { token, token_type: 'Bearer' as const, expires_at: expiresAt.toISOString(), ...own };
    },
  );
  sessionRoutes(app, context, tags);
}

/** Failures are written down behind the answer, and before the server ends. */
function failureNotes(app: App, context: HttpContext): (request: FastifyRequest, login: string, now: Date) => void {
  const unwritten = new Set<Promise<void>>();
  app.addHook('onClose', async () => {
    await Promise.all(unwritten);
  });
  return (request, login, now) => {
    const writing = recordFailure(context.database, login, originOf(request), now)
      .catch((error: unknown) => request.log.error(error, 'A failed sign-in could not be written to the audit.'))
      .finally(() => unwritten.delete(writing));
    unwritten.add(writing);
  };
}

function sessionRoutes(app: App, context: HttpContext, tags: string[]): void {
  app.post(
    '/api/logout',
    {
      config: { access: 'account' },
      schema: { tags, summary: 'End this sign-in', response: { 204: z.undefined(), ...refusals } },
    },
    async (request, reply) => {
      const { token } = tokenOf(request, context) ?? {};
      if (token !== undefined) await closeSession(context.database, token);
      await recordOwnAccess(context.database, 'sign_out', request.signIn?.actors ?? [], originOf(request));
      const { name, options } = sessionCookie(request, context);
      return reply.clearCookie(name, options).code(204).send();
    },
  );
  app.get(
    '/api/me',
    {
      config: { access: 'account' },
      schema: { tags, summary: 'Who is asking, and what they may do', response: { 200: signedInPerson, ...refusals } },
    },
    async (request) => {
      const found = request.signIn ?? { accountId: '', isSystemAdmin: false, actors: [] };
      return viewSignedIn(context, found, request.actor?.orgId);
    },
  );
}

/** An unknown organization is refused like a wrong password: nobody can sign in to it. */
async function organizationOf(context: HttpContext, id: string | undefined): Promise<string | undefined> {
  if (id === undefined) return undefined;
  if (!isUuid(id.toLowerCase())) throw invalidField('organization', 'give the id of an organization');
  const org = await context.database.global.selectFrom('orgs').select('id').where('id', '=', id).executeTakeFirst();
  if (org === undefined) throw new Problem('wrong_credentials');
  return org.id;
}

function loginOf(body: {
  login?: string | undefined;
  email?: string | undefined;
  username?: string | undefined;
}): string | undefined {
  return body.login ?? body.email ?? body.username;
}
