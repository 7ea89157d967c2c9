import {
  invalidField,
  LIMITS,
  PEOPLE_MAX,
  Problem,
  type SignedInPerson,
  signedInPerson,
  signIn as signInShape,
  strongestRole,
} from '@muster/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isUuid } from '../../db/database.ts';
import { closeSession, openSession, SESSION_HOURS } from '../../tenancy/sessions.ts';
import { signIn, type SignIn } from '../../tenancy/sign-in.ts';
import { SESSION_COOKIE, tokenOf } from '../every-request/authentication.ts';
import type { App, HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { findOrganizations } from '../../tenancy/organizations.ts';

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
  app.post(
    '/api/login',
    {
      config: { access: 'public' },
      schema: { tags, summary: 'Sign in', security: [], body: loginBody, response: { 200: signInShape, ...refusals } },
    },
    async (request, reply) => {
      const orgId = await organizationOf(context, request.body.organization);
      const credentials = { login: loginOf(request.body) ?? '', password: request.body.password, orgId };
      const now = context.engine.now();
      const found = await signIn(context.database, credentials, now);
      const { token, expiresAt } = await openSession(context.database, found.accountId, orgId ?? null, now);
      setCookie(request, reply, token);
      const own = await meOf(context, found, orgId);
      return { token, token_type: 'Bearer' as const, expires_at: expiresAt.toISOString(), ...own };
    },
  );
  sessionRoutes(app, context, tags);
}

function sessionRoutes(app: App, context: HttpContext, tags: string[]): void {
  app.post(
    '/api/logout',
    {
      config: { access: 'account' },
      schema: { tags, summary: 'End this sign-in', response: { 204: z.undefined(), ...refusals } },
    },
    async (request, reply) => {
      const { token } = tokenOf(request) ?? {};
      if (token !== undefined) await closeSession(context.database, token);
      return reply.clearCookie(SESSION_COOKIE, { path: '/' }).code(204).send();
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
      return meOf(context, found, request.actor?.orgId);
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

function setCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  reply.setCookie(SESSION_COOKIE, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    maxAge: SESSION_HOURS * 3_600,
  });
}

/** @param orgId - Of several organizations, the one acted in; the first where it is left out. */
async function meOf(context: HttpContext, found: SignIn, orgId: string | undefined): Promise<SignedInPerson> {
  const actor = found.actors.find((one) => one.orgId === orgId) ?? found.actors[0];
  const roles = actor?.roles ?? ['system_admin'];
  const organizations = (await findOrganizations(context.database, found)).map((org) => ({
    ...org,
    user_id: found.actors.find((one) => one.orgId === org.id)?.userId ?? null,
  }));
  return {
    account_id: found.accountId,
    user: actor?.userId == null ? null : { id: actor.userId, full_name: actor.name, unit_id: actor.unitId },
    roles: [...roles],
    role: strongestRole(roles),
    organization: organizations.find((org) => org.id === (actor?.orgId ?? orgId)) ?? null,
    organizations,
    entity_ids: organizations.map((org) => org.id),
    limits: {
      people_max: PEOPLE_MAX[strongestRole(roles)],
      in_request_people_max: LIMITS.inRequestPeopleMax,
      upload_bytes_max: context.settings.uploadBytesMax ?? LIMITS.uploadBytesMax,
    },
  };
}
