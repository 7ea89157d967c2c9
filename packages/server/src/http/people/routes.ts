import { invalidField } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { claimAddress, createClaimLink } from '../../tenancy/claim-links.ts';
import { giveAccount } from '../../tenancy/accounts.ts';
import { actorOf, ADMINS, EVERYBODY, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { nextCursor } from '../every-request/paging.ts';
import { asker, read } from '../every-request/route.ts';
import { createRecord, edit } from '../../operations/edit.ts';
import { getPerson, listPeople, viewPerson, type Person } from './read.ts';
import { createdShape, peopleQuery, personFields, personShape } from './shapes.ts';
import { assertMayWrite, valuesOf } from './write.ts';

const idParams = z.object({ id: z.string() });
const tags = ['users'];

export function userRoutes(app: App, context: HttpContext): void {
  readRoutes(app, context);
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
      if (password !== undefined) assertCanSignIn(given);
      const id = await createRecord(asker(context, request), 'user', await valuesOf(context, actor, given, null));
      const made = await getPerson(context, actor, id);
      if (password !== undefined)
        await giveAccount(context.database, { orgId: actor.orgId, userId: id, email: made.email }, password);
      const link = password === undefined ? { claim_url: await makeLink(request, context, made) } : {};
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
      if (password !== undefined) assertCanSignIn({ ...present, ...given });
      const values = await valuesOf(context, actor, given, present);
      if (Object.keys(values).length > 0)
        await edit(asker(context, request), 'user', [{ action: 'update', id: present.id, values }]);
      const changed = await getPerson(context, actor, present.id);
      if (password === undefined) return viewPerson(changed);
      await giveAccount(context.database, { orgId: actor.orgId, userId: present.id, email: changed.email }, password);
      return viewPerson(await getPerson(context, actor, present.id));
    },
  );
  app.post(
    '/api/users/:id/claim-link',
    {
      config: write,
      schema: {
        tags,
        summary: 'Make a new one-time link to set a password; earlier ones end',
        params: idParams,
        response: { 201: z.object({ claim_url: z.string() }), ...refusals },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const found = await getPerson(context, actor, request.params.id);
      assertMayWrite(actor, found);
      return reply.code(201).send({ claim_url: await makeLink(request, context, found) });
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

function assertCanSignIn(given: { email?: string | null | undefined; username?: string | null | undefined }): void {
  if (given.email == null && given.username == null) {
    throw invalidField('password', 'to sign in with it the person needs an e-mail or a user name');
  }
}

async function makeLink(
  request: FastifyRequest,
  context: HttpContext,
  { id, org_id: orgId, account_id: accountId }: Person,
): Promise<string> {
  const now = context.engine.now();
  const token = await createClaimLink(context.database, { orgId, userId: id, accountId }, now);
  return claimAddress(context.settings.publicUrl ?? `${request.protocol}://${request.host}`, token);
}
