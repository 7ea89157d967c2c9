import { invalidField } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { claimAddress, giveClaimLink } from '../../tenancy/claim-links.ts';
import { giveAccount } from '../../tenancy/accounts.ts';
import { assertUncommon } from '../../tenancy/choose-password.ts';
import { actorOf, ADMINS, EVERYBODY, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { nextCursor } from '../every-request/paging.ts';
import { asker, read } from '../every-request/route.ts';
import { createRecord, edit } from '../../operations/edit.ts';
import { assertMayChange } from '../../school/people/verdicts.ts';
import { getPerson, listPeople, viewPerson, type Person } from './read.ts';
import { createdShape, linkShape, peopleQuery, personFields, personShape } from './shapes.ts';
import { valuesOf } from './write.ts';

const idParams = z.object({ id: z.string() });
const tags = ['users'];

export function userRoutes(app: App, context: HttpContext): void {
  readRoutes(app, context);
  linkRoutes(app, context);
  const write = { roles: ADMINS };
  app.post(
    '/api/users',
    {
      config: write,
      schema: { tags, summary: 'Create a person', body: personFields, response: { 201: createdShape, ...refusals } },
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const { password, ...given } = request.body;
      if (password !== undefined) assertCanSignIn(given, password);
      const values = await read(context, request, (asked) => valuesOf(asked, given, null));
      const id = await createRecord(asker(context, request), 'user', values);
      const made = await getPerson(context, actor, id);
      if (password !== undefined)
        await giveAccount(context.database, { orgId: actor.orgId, userId: id }, password, actor);
      const link = password === undefined ? await makeLink(request, context, made) : {};
      return reply.code(201).send({ ...viewPerson(await getPerson(context, actor, id)), ...link });
    },
  );
  app.patch(
    '/api/users/:id',
    {
      config: write,
      schema: {
        tags,
        summary: 'Change a person',
        params: idParams,
        body: personFields,
        response: { 200: personShape, ...refusals },
      },
    },
    async (request) => {
      const actor = await actorOf(request);
      const { password, ...given } = request.body;
      const present = await getPerson(context, actor, request.params.id);
      if (password !== undefined) assertCanSignIn({ ...present, ...given }, password);
      if (password !== undefined) await read(context, request, (asked) => assertMayChange(asked, present.id));
      const values = await read(context, request, (asked) => valuesOf(asked, given, present));
      if (Object.keys(values).length > 0)
        await edit(asker(context, request), 'user', [{ action: 'update', id: present.id, values }]);
      if (password !== undefined)
        await giveAccount(context.database, { orgId: actor.orgId, userId: present.id }, password, actor);
      return viewPerson(await getPerson(context, actor, present.id));
    },
  );
}

function readRoutes(app: App, context: HttpContext): void {
  const config = { roles: EVERYBODY };
  app.get(
    '/api/users',
    {
      config,
      schema: {
        tags,
        summary: 'List the people whom the caller may see, by name',
        querystring: peopleQuery,
        response: {
          200: z.object({ items: z.array(personShape), next_cursor: nextCursor, total: z.int().optional() }),
          ...refusals,
        },
      },
    },
    async (request) => read(context, request, (asked) => listPeople(asked, request.query)),
  );
  app.get(
    '/api/users/:id',
    {
      config: { ...config, envelope: 'success' },
      schema: {
        tags,
        summary: 'One person',
        params: idParams,
        response: { 200: personShape.extend({ success: z.literal(true) }), ...refusals },
      },
    },
    async (request) => {
      const found = await getPerson(context, await actorOf(request), request.params.id);
      return { ...viewPerson(found), success: true as const };
    },
  );
}

function linkRoutes(app: App, context: HttpContext): void {
  app.post(
    '/api/users/:id/claim-link',
    {
      config: { roles: ADMINS },
      schema: {
        tags,
        summary: 'Make a new one-time link to set a password; earlier ones end',
        description:
          'Where the person has an account and mail is set up, the link is mailed to the person and not in the answer.',
        params: idParams,
        response: { 201: linkShape, ...refusals },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const found = await getPerson(context, actor, request.params.id);
      await read(context, request, (asked) => assertMayChange(asked, found.id));
      return reply.code(201).send(await makeLink(request, context, found));
    },
  );
}

type Named = Readonly<
  Partial<Record<'email' | 'username' | 'full_name' | 'given_name' | 'family_name', string | null | undefined>>
>;

/** Before anything is written: a person is made with the password or not at all. */
function assertCanSignIn(given: Named, password: string): void {
  if (given.email == null && given.username == null) {
    throw invalidField('password', 'to sign in with it the person needs an e-mail or a user name');
  }
  assertUncommon(password, [
    given.email,
    given.email?.split('@')[0],
    given.username,
    given.full_name,
    given.given_name,
    given.family_name,
  ]);
}

async function makeLink(
  request: FastifyRequest,
  context: HttpContext,
  { id, org_id: orgId, account_id: accountId, email, roles }: Person,
): Promise<z.infer<typeof linkShape>> {
  const given = await giveClaimLink(
    context.database,
    { orgId, userId: id, accountId, email, roles },
    await actorOf(request),
    { now: context.engine.now(), sendsMail: context.settings.sendsMail ?? false },
  );
  if ('mailedTo' in given) return { mailed_to: given.mailedTo };
  return {
    claim_url: claimAddress(context.settings.publicUrl ?? `${request.protocol}://${request.host}`, given.token),
  };
}
