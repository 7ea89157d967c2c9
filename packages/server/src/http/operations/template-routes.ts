/** Saving and offering templates of operations. */
import { operationTemplate, templateData } from '@muster/contract';
import { z } from 'zod';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { read, write } from '../every-request/route.ts';
import { getTemplate, listTemplates, removeTemplate, saveTemplate, viewTemplate } from '../../operations/templates.ts';

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

export function templateRoutes(app: App, context: HttpContext): void {
  app.get('/api/bulk/templates', { schema: SCHEMAS.list }, async (request) => {
    const found = await read(context, request, listTemplates);
    return found.map(viewTemplate);
  });

  app.post('/api/bulk/templates', { schema: SCHEMAS.create }, async (request, reply) => {
    const saved = await write(context, request, (asked) => saveTemplate(asked, request.body));
    return reply.code(201).send(viewTemplate(saved));
  });

  app.get('/api/bulk/templates/:id', { schema: SCHEMAS.read }, async (request) =>
    read(context, request, async ({ tx, actor }) => viewTemplate(await getTemplate(tx, actor, request.params.id))),
  );

  app.delete('/api/bulk/templates/:id', { schema: SCHEMAS.remove }, async (request, reply) => {
    await write(context, request, (asked) => removeTemplate(asked, request.params.id));
    return reply.code(204).send(null);
  });
}
