import { Problem } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg } from '../../../db/database.ts';
import { runNow } from '../../../engine/index.ts';
import type { InviteForm } from '../../../school/invites/form.ts';
import { asUuid } from '../../../school/learners/parameters.ts';
import type { Actor } from '../../../tenancy/actor.ts';
import { ADMINS, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { findInvite, inviteDetail, type InviteDetail } from './invite-detail.ts';
import { changedInvite, newInvite, toInviteForm } from './invite-form.ts';
import { invitePage, listFilter, listInvites, listQuery } from './invite-list.ts';
import { actorIn } from './learner-operation.ts';

const INVITES_PATH = '/admin-core-service/v1/enroll-invite';
const tags = ['Enroll invites'];
const config = { roles: ADMINS };
const oneInvite = z.object({ instituteId: z.string(), enrollInviteId: z.string() });

export function inviteRoutes(app: App, context: HttpContext): void {
  readRoutes(app, context);
  app.post(
    `${INVITES_PATH}/:instituteId`,
    {
      config,
      schema: {
        tags,
        summary: 'Make an invite',
        params: z.object({ instituteId: z.string() }),
        body: newInvite,
        response: { 201: inviteDetail, ...refusals },
      },
    },
    async (request, reply) => {
      const actor = await adminIn(request, request.params.instituteId, request.body.institute_id);
      const made = await save(context, actor, toInviteForm(request.body, undefined));
      return reply.code(201).send(made);
    },
  );
  app.put(
    `${INVITES_PATH}/:instituteId/:enrollInviteId`,
    {
      config,
      schema: {
        tags,
        summary: 'Change an invite: what is left out stays, lists are given as a whole',
        params: oneInvite,
        body: changedInvite,
        response: { 200: inviteDetail, ...refusals },
      },
    },
    async (request) => {
      const { instituteId, enrollInviteId } = request.params;
      const actor = await adminIn(request, instituteId, request.body.institute_id);
      const id = asUuid(enrollInviteId);
      if (id === null) throw new Problem('not_found');
      return save(context, actor, toInviteForm(request.body, id));
    },
  );
}

function readRoutes(app: App, context: HttpContext): void {
  app.post(
    `${INVITES_PATH}/get-enroll-invite`,
    {
      config,
      schema: {
        tags,
        summary: 'List invites, page by page',
        querystring: listQuery,
        body: listFilter.optional(),
        response: { 200: invitePage, ...refusals },
      },
    },
    async (request) => {
      const actor = await adminIn(request, request.query.instituteId);
      return inOrg(context.database, actor.orgId, (tx) => listInvites(tx, request.query, request.body ?? {}));
    },
  );
  app.get(
    `${INVITES_PATH}/default/:instituteId/:packageSessionId`,
    {
      config,
      schema: {
        tags,
        summary: 'The default invite of a package session',
        params: z.object({ instituteId: z.string(), packageSessionId: z.string() }),
        response: { 200: inviteDetail, ...refusals },
      },
    },
    async (request) => {
      const { instituteId, packageSessionId } = request.params;
      const actor = await adminIn(request, instituteId);
      const { orgId } = actor;
      return readInvite(
        context,
        actor,
        sql`(
        select enroll_invite_id from invite_options where org_id = ${orgId} and batch_id = ${asUuid(packageSessionId)}::uuid and is_default)`,
      );
    },
  );
  app.get(
    `${INVITES_PATH}/:instituteId/:enrollInviteId`,
    {
      config,
      schema: {
        tags,
        summary: 'One invite with its options and plans',
        params: oneInvite,
        response: { 200: inviteDetail, ...refusals },
      },
    },
    async (request) => {
      const { instituteId, enrollInviteId } = request.params;
      const actor = await adminIn(request, instituteId);
      return readInvite(context, actor, sql`${asUuid(enrollInviteId)}::uuid`);
    },
  );
}

/** @throws Problem `forbidden` in another organization, and for whoever does not manage learners in this one. */
async function adminIn(request: FastifyRequest, instituteId: string, given: string | null = null): Promise<Actor> {
  const actor = await actorIn(request, instituteId);
  const isAdmin = ADMINS.some((role) => actor.roles.includes(role));
  const isSame = given === null || given.toLowerCase() === actor.orgId;
  if (isAdmin && isSame) return actor;
  throw new Problem('forbidden', { field: 'institute_id' });
}

async function readInvite(context: HttpContext, actor: Actor, id: ReturnType<typeof sql>): Promise<InviteDetail> {
  const found = await inOrg(context.database, actor.orgId, (tx) => findInvite(tx, id));
  if (found === null) throw new Problem('not_found');
  return found;
}

async function save(context: HttpContext, actor: Actor, form: InviteForm): Promise<InviteDetail> {
  const { items } = await runNow(
    { engine: context.engine, actor },
    {
      kind: 'invite_save',
      name: `Save the invite ${form.name ?? form.id ?? ''}`.slice(0, 200),
      source: 'learner_management',
      params: { invites: [form] },
    },
  );
  const written = items.flatMap((item) => item.entity_ids);
  return readInvite(context, actor, form.id === undefined ? sql`any(${written}::uuid[])` : sql`${form.id}::uuid`);
}
