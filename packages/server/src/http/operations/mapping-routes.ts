/** Saving, listing and changing mappings. */
import { importMapping } from '@muster/contract';
import { z } from 'zod';
import {
  changeMapping,
  getMapping,
  listMappings,
  removeMapping,
  savedMapping,
  saveMapping,
  viewMapping,
} from '../../operations/mappings.ts';
import type { App, HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { read, write } from '../every-request/route.ts';

const tags = ['Mappings'];
const params = z.object({ id: z.string() });
const mappingQuery = z.strictObject({ is_template: z.enum(['true', 'false']).optional() });

const { description, default_values, is_template, validation_rules, transformation_rules } = savedMapping.shape;
/** Without defaults: what is left out stays. */
const mappingChanges = z.strictObject({
  ...z.object(savedMapping.shape).partial().shape,
  description: description.unwrap().optional(),
  default_values: default_values.unwrap().optional(),
  is_template: is_template.unwrap().optional(),
  validation_rules: validation_rules.unwrap().optional(),
  transformation_rules: transformation_rules.unwrap().optional(),
});

const SCHEMAS = {
  list: {
    tags,
    summary: 'List mappings',
    querystring: mappingQuery,
    response: { 200: z.array(importMapping), ...refusals },
  },
  create: { tags, summary: 'Save a mapping', body: savedMapping, response: { 201: importMapping, ...refusals } },
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
  app.get('/api/bulk/mappings', { schema: SCHEMAS.list }, async (request) => {
    const { is_template: wanted } = request.query;
    const isTemplate = wanted === undefined ? undefined : wanted === 'true';
    return (await read(context, request, (asked) => listMappings(asked, isTemplate))).map(viewMapping);
  });

  app.post('/api/bulk/mappings', { schema: SCHEMAS.create }, async (request, reply) => {
    const saved = await write(context, request, (asked) => saveMapping(asked, request.body));
    return reply.code(201).send(viewMapping(saved));
  });

  app.get('/api/bulk/mappings/:id', { schema: SCHEMAS.read }, async (request) =>
    read(context, request, async ({ tx, actor }) => viewMapping(await getMapping(tx, actor, request.params.id))),
  );

  app.patch('/api/bulk/mappings/:id', { schema: SCHEMAS.change }, async (request) =>
    write(context, request, async (asked) => viewMapping(await changeMapping(asked, request.params.id, request.body))),
  );

  app.delete('/api/bulk/mappings/:id', { schema: SCHEMAS.remove }, async (request, reply) => {
    await write(context, request, (asked) => removeMapping(asked, request.params.id));
    return reply.code(204).send(null);
  });
}
