import { Problem } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OrgTransaction } from '../../../db/database.ts';
import { type Asker, runNow } from '../../../engine/index.ts';
import type { InviteForm } from '../../../school/invites/form.ts';
import { findDefaultInvite, findInviteOf, type Invite } from '../../../school/invites/invite-rows.ts';
import { listInvites } from '../../../school/invites/list.ts';
import { asUuid } from '../../../school/learners/parameters.ts';
import { ADMINS, type App, type HttpContext } from '../../every-request/context.ts';
import { refusals } from '../../every-request/errors.ts';
import { readAs } from '../../every-request/route.ts';
import { inviteDetail, viewInvite, type InviteDetail } from './invite-detail.ts';
import { changedInvite, newInvite, toInviteForm } from './invite-form.ts';
import { invitePage, listFilter, listQuery, viewPage, wantedOf } from './invite-list.ts';
import { askerIn } from './learner-operation.ts';

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
      const by = adminIn(context, request, request.params.instituteId, request.body.institute_id);
      const made = await save(by, toInviteForm(request.body, undefined));
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
      const by = adminIn(context, request, instituteId, request.body.institute_id);
      const id = asUuid(enrollInviteId);
      if (id === null) throw new Problem('not_found');
      return save(by, toInviteForm(request.body, id));
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
      const by = adminIn(context, request, request.query.instituteId);
      const page = { page: request.query.pageNo, size: request.query.pageSize };
      const { total, invites } = await readAs(by, ({ tx }) => listInvites(tx, wantedOf(request.body ?? {}), page));
      return viewPage(request.query, total, invites);
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
      const by = adminIn(context, request, instituteId);
      return readInvite(by, (tx) => findDefaultInvite(tx, asUuid(packageSessionId)));
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
      const by = adminIn(context, request, instituteId);
      return readInvite(by, (tx) => findInviteOf(tx, [asUuid(enrollInviteId) ?? []].flat()));
    },
  );
}

/** @throws Problem `forbidden` in another organization, and for whoever does not manage learners in this one. */
function adminIn(
  context: HttpContext,
  request: FastifyRequest,
  instituteId: string,
  given: string | null = null,
): Asker {
  const by = askerIn(context, request, instituteId);
  const isAdmin = ADMINS.some((role) => by.actor.roles.includes(role));
  const isSame = given === null || given.toLowerCase() === by.actor.orgId;
  if (isAdmin && isSame) return by;
  throw new Problem('forbidden', { field: 'institute_id' });
}

async function readInvite(by: Asker, find: (tx: OrgTransaction) => Promise<Invite | undefined>): Promise<InviteDetail> {
  const found = await readAs(by, ({ tx }) => find(tx));
  if (found === undefined) throw new Problem('not_found');
  return viewInvite(found);
}

async function save(by: Asker, form: InviteForm): Promise<InviteDetail> {
  const { items } = await runNow(by, {
    kind: 'invite_save',
    name: `Save the invite ${form.name ?? form.id ?? ''}`.slice(0, 200),
    source: 'learner_management',
    params: { invites: [form] },
  });
  const written = items.flatMap((item) => item.entity_ids);
  return readInvite(by, (tx) => findInviteOf(tx, form.id === undefined ? written : [form.id]));
}
