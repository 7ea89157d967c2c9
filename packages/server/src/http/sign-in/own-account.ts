import { z } from 'zod';
import { assertMail, changePassword, countForgotten, mailForgotten } from '../../tenancy/own-password.ts';
import { passwordSchema } from '../../tenancy/password-schema.ts';
import { endOtherSessions, endSession, listSessions } from '../../tenancy/sessions.ts';
import type { SignIn } from '../../tenancy/sign-in.ts';
import { recordOwnAccess } from '../../tenancy/trail.ts';
import { Problem } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { originOf, tokenOf } from '../every-request/authentication.ts';
import type { App, HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';

const tags = ['Sign-in'];
const access = 'account';

export function ownAccountRoutes(app: App, context: HttpContext): void {
  forgottenRoute(app, context);
  sessionRoutes(app, context);
  app.post(
    '/api/me/password',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Change the own password; all other sign-ins end',
        body: z.strictObject({ current_password: z.string().min(1).max(1_000), new_password: passwordSchema }),
        response: { 204: z.undefined(), ...refusals },
      },
    },
    async (request, reply) => {
      const { current_password: current, new_password: chosen } = request.body;
      const { own, session } = ownOf(request, context);
      await changePassword(
        context.database,
        own,
        { current, chosen, session },
        originOf(request),
        context.engine.now(),
      );
      return reply.code(204).send();
    },
  );
}

/** What it does stands behind the answer, which is the same for a name that nobody has. */
function forgottenRoute(app: App, context: HttpContext): void {
  const unwritten = new Set<Promise<void>>();
  app.addHook('onClose', async () => {
    await Promise.all(unwritten);
  });
  app.post(
    '/api/password/forgotten',
    {
      config: { access: 'public' },
      schema: {
        tags,
        summary: 'Ask for a link by mail to choose a new password; the answer is the same whether the name is known',
        security: [],
        body: z.strictObject({ login: z.string().min(1).max(254).describe('E-mail or user name') }),
        response: { 202: z.object({ message: z.string() }), ...refusals },
      },
    },
    async (request, reply) => {
      assertMail(context.settings.sendsMail);
      const { login } = request.body;
      const now = context.engine.now();
      await countForgotten(context.database, login, originOf(request), now);
      const writing = mailForgotten(context.database, login, originOf(request), now)
        .catch((error: unknown) => request.log.error(error, 'A link for a forgotten password could not be written.'))
        .finally(() => unwritten.delete(writing));
      unwritten.add(writing);
      return reply
        .code(202)
        .send({ message: 'If somebody has this name and an e-mail address, a link is on its way to that address.' });
    },
  );
}

const openSession = z
  .object({
    id: z.string(),
    created_at: z.iso.datetime(),
    used_at: z.iso.datetime().describe('Of the last request, to a minute'),
    expires_at: z.iso.datetime(),
    ip: z.string().nullable(),
    user_agent: z.string().nullable(),
    is_current: z.boolean().describe('Whether it is the one that asks'),
  })
  .meta({ id: 'OpenSession' });

function sessionRoutes(app: App, context: HttpContext): void {
  const { database, engine, settings } = context;
  app.get(
    '/api/me/sessions',
    {
      config: { access },
      schema: { tags, summary: 'The own sign-ins that are open', response: { 200: z.array(openSession), ...refusals } },
    },
    async (request) => {
      const { own, session } = ownOf(request, context);
      const asked = { accountId: own.accountId, token: session };
      const found = await listSessions(database, asked, engine.now(), settings.idleMinutes);
      return found.map((one) => ({
        ...one,
        created_at: one.created_at.toISOString(),
        used_at: one.used_at.toISOString(),
        expires_at: one.expires_at.toISOString(),
      }));
    },
  );
  app.delete(
    '/api/me/sessions',
    {
      config: { access },
      schema: { tags, summary: 'End all own sign-ins but this one', response: { 204: z.undefined(), ...refusals } },
    },
    async (request, reply) => {
      const { own, session } = ownOf(request, context);
      await endOtherSessions(database, own.accountId, session);
      await recordOwnAccess(database, 'sessions_ended', own.actors, originOf(request));
      return reply.code(204).send();
    },
  );
  app.delete(
    '/api/me/sessions/:id',
    {
      config: { access },
      schema: {
        tags,
        summary: 'End one of the own sign-ins',
        params: z.object({ id: z.string() }),
        response: { 204: z.undefined(), ...refusals },
      },
    },
    async (request, reply) => {
      const { own } = ownOf(request, context);
      await endSession(database, own.accountId, request.params.id);
      await recordOwnAccess(database, 'sessions_ended', own.actors, originOf(request));
      return reply.code(204).send();
    },
  );
}

function ownOf(request: FastifyRequest, context: HttpContext): { own: SignIn; session: string } {
  const { token } = tokenOf(request, context) ?? {};
  if (request.signIn === null || token === undefined) throw new Problem('unauthenticated');
  return { own: request.signIn, session: token };
}
