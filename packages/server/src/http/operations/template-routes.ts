/** Saving and offering templates of operations. */
import { operationTemplate, templateData } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, rows } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { assertMayStart, getStartable } from '../../engine/index.ts';
import { actorOf, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import {
  getOwnTemplate,
  getTemplate,
  offeredTemplates,
  viewTemplate,
  type StoredTemplate,
} from '../../operations/templates.ts';

const tags = ['Templates'];
const params = z.object({ id: z.string() });

const SCHEMAS = {
  list: {
    tags,
    summary: 'List templates of operations: own and public ones',
    response: { 200: z.array(operationTemplate), ...refusals },
  },
  create: {
    tags,
    summary: 'Save a template of operations',
    body: templateData,
    response: { 201: operationTemplate, ...refusals },
  },
  read: { tags, summary: 'Read a template', params, response: { 200: operationTemplate, ...refusals } },
  remove: {
    tags,
    summary: 'Remove a template; operations made from it stay',
    params,
    response: { 204: z.null(), ...refusals },
  },
};

export function templateRoutes(app: App, { engine, database }: HttpContext): void {
  app.get('/api/bulk/templates', { schema: SCHEMAS.list }, async (request) => {
    const actor = await actorOf(request);
    const found = await inOrg(database, actor.orgId, (tx) =>
      rows(
        tx,
        sql<StoredTemplate>`
        select t.* from operation_templates t where t.org_id = ${tx.orgId} and ${offeredTemplates(actor)}
        order by t.name, t.id limit 1000`,
      ),
    );
    return found.map(viewTemplate);
  });

  app.post('/api/bulk/templates', { schema: SCHEMAS.create }, async (request, reply) => {
    const actor = await actorOf(request);
    const { template_config: config, ...given } = request.body;
    assertMayStart(getStartable(engine, given.operation_type), actor);
    const saved = await inOrg(database, actor.orgId, (tx) =>
      tx.db
        .insertInto('operation_templates')
        .values({
          ...given,
          template_config: JSON.stringify(config),
          org_id: tx.orgId,
          id: newId(),
          created_by_account: actor.accountId,
        })
        .returningAll()
        .executeTakeFirstOrThrow(),
    );
    return reply.code(201).send(viewTemplate(saved));
  });

  app.get('/api/bulk/templates/:id', { schema: SCHEMAS.read }, async (request) => {
    const actor = await actorOf(request);
    return inOrg(database, actor.orgId, async (tx) => viewTemplate(await getTemplate(tx, actor, request.params.id)));
  });

  app.delete('/api/bulk/templates/:id', { schema: SCHEMAS.remove }, async (request, reply) => {
    const actor = await actorOf(request);
    await inOrg(database, actor.orgId, async (tx) => {
      const { id } = await getOwnTemplate(tx, actor, request.params.id);
      await rows(tx, sql`delete from operation_templates where org_id = ${tx.orgId} and id = ${id}`);
    });
    return reply.code(204).send(null);
  });
}
