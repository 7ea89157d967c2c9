/**
 * Finds out who is asking, before anything else of a request is looked at.
 *
 * 1. A bearer token or the session cookie names a sign-in. With the cookie, which a browser sends by itself, a write
 *    must come from our own pages.
 * 2. The organization is that of the object in the path, else the one the X-Organization-Id header names, else the one
 *    chosen at sign-in, else the first. One request is about one organization.
 * 3. The rights are read anew for each request, and at each turn of a stream: a suspended person's open sign-in is worth
 *    nothing, now or later.
 */
import type { CookieSerializeOptions } from '@fastify/cookie';
import { Problem } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { inOrg, isUuid, one, rows } from '../../db/database.ts';
import { findActor, refusalOf, type Actor, type Origin } from '../../tenancy/actor.ts';
import { findSession, type Session } from '../../tenancy/sessions.ts';
import { loadSignIn, type SignIn } from '../../tenancy/sign-in.ts';
import { STAFF, type App, type HttpContext, type HttpSettings } from './context.ts';

const SESSION_COOKIE = 'muster_session';

/** Where the session of a browser is kept: over TLS under a name that no other address can set a cookie for. */
export function sessionCookie(
  request: FastifyRequest,
  { settings }: HttpContext,
): { readonly name: string; readonly options: CookieSerializeOptions } {
  const secure = isOverTls(request, settings);
  return {
    name: secure ? `__Host-${SESSION_COOKIE}` : SESSION_COOKIE,
    options: { path: '/', httpOnly: true, sameSite: 'strict', secure },
  };
}

/** As far as the browser is concerned: to us itself, or to a proxy that says so or that the public address names. */
function isOverTls(request: FastifyRequest, { publicUrl }: HttpSettings): boolean {
  return request.protocol === 'https' || publicUrl?.startsWith('https:') === true;
}

export function authenticate(app: App, context: HttpContext): void {
  app.decorateRequest('signIn', null);
  app.decorateRequest('actor', null);
  app.addHook('onRequest', async (request) => {
    if (!request.is404 && request.routeOptions.config.access !== 'public') await letIn(request, context);
  });
}

/** Finds out who is asking, as of now. @throws Problem `unauthenticated`, `forbidden`, `organization_needed`. */
export async function letIn(request: FastifyRequest, context: HttpContext): Promise<void> {
  const { access, roles = STAFF } = request.routeOptions.config;
  const { session, signIn } = await findSignIn(request, context);
  request.signIn = signIn;
  request.actor = await findRequestActor(request, context, session, signIn);
  if (access === 'account') return;
  if (request.actor === null) throw new Problem('organization_needed', { field: 'X-Organization-Id' });
  const { actor } = request;
  if (!roles.some((role) => actor.roles.includes(role))) throw refusalOf(actor);
}

/** Where a request comes from, as it stands in the audit. */
export function originOf(request: FastifyRequest): Origin {
  return { ip: request.ip, userAgent: (request.headers['user-agent'] ?? '').slice(0, 500) };
}

/** The token of the request, wherever it stands. */
export function tokenOf(request: FastifyRequest, context: HttpContext): { token: string; isCookie: boolean } | null {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { token: bearer, isCookie: false };
  const cookie = request.cookies[sessionCookie(request, context).name];
  return cookie === undefined ? null : { token: cookie, isCookie: true };
}

async function findSignIn(
  request: FastifyRequest,
  context: HttpContext,
): Promise<{ session: Session; signIn: SignIn }> {
  const found = tokenOf(request, context);
  if (found === null) throw new Problem('unauthenticated');
  if (found.isCookie && !isRead(request) && !isOwnPage(request, context)) throw new Problem('forbidden');
  const session = await findSession(context.database, found.token, context.engine.now(), context.settings.idleMinutes);
  if (session === null) throw new Problem('unauthenticated');
  const signIn = await loadSignIn(context.database, session, session.personVersions);
  if (signIn.actors.length === 0 && !signIn.isSystemAdmin) throw new Problem('unauthenticated');
  return { session, signIn };
}

function isRead(request: FastifyRequest): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
}

/** Browsers say where a request comes from; other programs use the bearer token. */
function isOwnPage(request: FastifyRequest, { settings }: HttpContext): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  if (isOverTls(request, settings) && protocol !== 'https:') return false;
  const own =
    settings.publicUrl !== undefined && isOverTls(request, settings) ? new URL(settings.publicUrl).host : null;
  if (host === own) return true;
  return URL.canParse(`${protocol}//${request.host}`) && new URL(`${protocol}//${request.host}`).host === host;
}

async function findRequestActor(
  request: FastifyRequest,
  context: HttpContext,
  session: Session,
  signIn: SignIn,
): Promise<Actor | null> {
  const named = request.headers['x-organization-id'];
  const wanted = typeof named === 'string' && named !== '' ? named.toLowerCase() : session.chosenOrgId;
  const actor = signIn.isSystemAdmin
    ? await findPlatformActor(request, context, signIn, wanted)
    : await findMemberActor(request, context, signIn, wanted);
  if (actor === null) return null;
  return { ...actor, ...originOf(request) };
}

/** Without a membership it acts everywhere, but in one organization a request. */
async function findPlatformActor(
  request: FastifyRequest,
  context: HttpContext,
  signIn: SignIn,
  wanted: string | null,
): Promise<Actor | null> {
  const orgId = (await findOwningOrg(request, context)) ?? wanted;
  if (orgId === null) return null;
  if (!isUuid(orgId)) throw new Problem('not_found');
  return inOrg(context.database, orgId, async (tx) => {
    const [org] = await rows(tx, sql`select from orgs where id = ${orgId}`);
    if (org === undefined) throw new Problem('not_found');
    return findActor(tx, signIn.accountId);
  });
}

async function findMemberActor(
  request: FastifyRequest,
  context: HttpContext,
  signIn: SignIn,
  wanted: string | null,
): Promise<Actor> {
  const [first] = signIn.actors;
  if (first === undefined) throw new Problem('unauthenticated');
  const owner = signIn.actors.length > 1 ? await findOwner(request, context, signIn) : null;
  if (owner !== null) return owner;
  if (wanted === null) return first;
  const chosen = signIn.actors.find((actor) => actor.orgId === wanted);
  if (chosen === undefined) throw new Problem('forbidden');
  return chosen;
}

/** First part of a path → table of the object whose id follows. */
const TABLE_OF_PATH: Readonly<Record<string, string>> = {
  users: 'users',
  units: 'units',
  terms: 'terms',
  courses: 'courses',
  sections: 'sections',
  classrooms: 'classrooms',
  batches: 'batches',
  'custom-fields': 'custom_fields',
  notices: 'outbox',
  groups: 'groups',
  games: 'games',
  sequences: 'sequences',
  'custom-assignments': 'custom_assignments',
  operations: 'operations',
  mappings: 'import_mappings',
  templates: 'operation_templates',
  'mass-assignments': 'operations',
  instructors: 'users',
  'instructor-students': 'users',
  students: 'users',
  'unassign-instructor-from-student': 'users',
  mentorships: 'mentorships',
  enrollments: 'enrollments',
};

/** Of somebody with several organizations, the one that the object in the path belongs to. */
async function findOwner(request: FastifyRequest, context: HttpContext, signIn: SignIn): Promise<Actor | null> {
  const object = objectInPath(request);
  if (object === null) return null;
  const { table, id } = object;
  for (const actor of signIn.actors) {
    const [found] = await inOrg(context.database, actor.orgId, (tx) =>
      rows(tx, sql`select from ${sql.table(table)} where org_id = ${actor.orgId} and id = ${id}`),
    );
    if (found !== undefined) return actor;
  }
  return null;
}

async function findOwningOrg(request: FastifyRequest, context: HttpContext): Promise<string | null> {
  const object = objectInPath(request);
  if (object === null) return null;
  const { org_id: orgId } = await one(
    { db: context.database.global },
    sql<{ org_id: string | null }>`select find_owner(${object.table}, ${object.id}::uuid) as org_id`,
  );
  return orgId;
}

function objectInPath(request: FastifyRequest): { table: string; id: string } | null {
  const [, collection, id] = /\/([a-z-]+)\/([0-9a-f-]{36})(?:[/?]|$)/i.exec(request.url) ?? [];
  const table = TABLE_OF_PATH[collection ?? ''];
  if (table === undefined || id === undefined || !isUuid(id.toLowerCase())) return null;
  return { table, id: id.toLowerCase() };
}
