/** Saving, listing and changing mappings. */
import { importMapping, invalidField, mappingData } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { inOrg, one, rows } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { Engine } from '../../engine/index.ts';
import { transformationRuleSchema, validationRuleSchema } from '../../formats/mapping/schema.ts';
import { actorOf, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import {
  getMapping,
  getOwnMapping,
  viewMapping,
  visibleMappings,
  type StoredMapping,
} from '../../operations/mappings.ts';

const tags = ['Mappings'];
const params = z.object({ id: z.string() });
const mappingQuery = z.strictObject({ is_template: z.enum(['true', 'false']).optional() });

const rules = {
  validation_rules: z.array(validationRuleSchema).max(500),
  transformation_rules: z.array(transformationRuleSchema).max(500),
};
const newMapping = z.strictObject({
  ...mappingData.shape,
  validation_rules: rules.validation_rules.default([]),
  transformation_rules: rules.transformation_rules.default([]),
});
const mappingChanges = z.strictObject({
  ...z.object({ ...mappingData.shape, ...rules }).partial().shape,
  description: z.string().max(10_000).optional(),
  default_values: z.record(z.string(), z.unknown()).optional(),
  is_template: z.boolean().optional(),
});

const SCHEMAS = {
  list: {
    tags,
    summary: 'List mappings',
    querystring: mappingQuery,
    response: { 200: z.array(importMapping), ...refusals },
  },
  create: { tags, summary: 'Save a mapping', body: newMapping, response: { 201: importMapping, ...refusals } },
  read: { tags, summary: 'Read a mapping', params, response: { 200: importMapping, ...refusals } },
  change: {
    tags,
    summary: 'Change a mapping',
    params,
    body: mappingChanges,
    response: { 200: importMapping, ...refusals },
  },
  remove: { tags, summary: 'Remove a mapping', params, response: { 204: z.null(), ...refusals } },
};

export function mappingRoutes(app: App, context: HttpContext): void {
  const { engine, database } = context;
  app.get('/api/bulk/mappings', { schema: SCHEMAS.list }, async (request) => {
    const actor = await actorOf(request);
    const { is_template: wanted } = request.query;
    const flagged = wanted === undefined ? sql`true` : sql`m.is_template = ${wanted === 'true'}`;
    const found = await inOrg(database, actor.orgId, (tx) =>
      rows(
        tx,
        sql<StoredMapping>`
        select m.* from import_mappings m where m.org_id = ${tx.orgId} and ${visibleMappings(actor)} and ${flagged}
        order by m.name, m.id limit 1000`,
      ),
    );
    return found.map(viewMapping);
  });

  app.post('/api/bulk/mappings', { schema: SCHEMAS.create }, async (request, reply) => {
    const actor = await actorOf(request);
    assertTarget(engine, request.body.target_model);
    const saved = await inOrg(database, actor.orgId, (tx) =>
      tx.db
        .insertInto('import_mappings')
        .values({ ...columnsOf(request.body), org_id: tx.orgId, id: newId(), created_by_account: actor.accountId })
        .returningAll()
        .executeTakeFirstOrThrow(),
    );
    return reply.code(201).send(viewMapping(saved));
  });

  app.get('/api/bulk/mappings/:id', { schema: SCHEMAS.read }, async (request) => {
    const actor = await actorOf(request);
    return inOrg(database, actor.orgId, async (tx) => viewMapping(await getMapping(tx, actor, request.params.id)));
  });

  changingRoutes(app, context);
}

function changingRoutes(app: App, { engine, database }: HttpContext): void {
  app.patch('/api/bulk/mappings/:id', { schema: SCHEMAS.change }, async (request) => {
    const actor = await actorOf(request);
    if (request.body.target_model !== undefined) assertTarget(engine, request.body.target_model);
    return inOrg(database, actor.orgId, async (tx) => {
      const stored = await getOwnMapping(tx, actor, request.params.id);
      const whole = z.object(newMapping.shape).parse({ ...viewMapping(stored), ...request.body });
      const changed = await tx.db
        .updateTable('import_mappings')
        .set({ ...columnsOf(whole), updated_at: sql`now()`, version: sql`version + 1` })
        .where('org_id', '=', tx.orgId)
        .where('id', '=', stored.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return viewMapping(changed);
    });
  });

  app.delete('/api/bulk/mappings/:id', { schema: SCHEMAS.remove }, async (request, reply) => {
    const actor = await actorOf(request);
    await inOrg(database, actor.orgId, async (tx) => {
      const { id } = await getOwnMapping(tx, actor, request.params.id);
      await one(tx, sql`delete from import_mappings where org_id = ${tx.orgId} and id = ${id} returning id`);
    });
    return reply.code(204).send(null);
  });
}

function assertTarget(engine: Engine, target: string): void {
  const known = engine.kinds.flatMap((kind) => kind.rows?.target ?? kind.mappedTarget ?? []);
  if (!known.includes(target)) throw invalidField('target_model', `use one of ${known.join(', ')}`);
}

/** JSON is written as text. */
function columnsOf(mapping: z.output<typeof newMapping>) {
  return {
    ...mapping,
    field_mappings: JSON.stringify(mapping.field_mappings),
    default_values: JSON.stringify(mapping.default_values),
    validation_rules: JSON.stringify(mapping.validation_rules),
    transformation_rules: JSON.stringify(mapping.transformation_rules),
  };
}
