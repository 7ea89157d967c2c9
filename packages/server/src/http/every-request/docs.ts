/** The description of the API, and pages to read it. Nothing in them is loaded from elsewhere. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { App } from './context.ts';

export async function serveDocs(app: App): Promise<void> {
  // What is open to everybody is described as such.
  app.addHook('onRoute', ({ config, schema }) => {
    if (config?.access === 'public' && schema !== undefined) schema.security ??= [];
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Muster',
        version: '0.1.0',
        description: 'Bulk operations for schools: always previewed, resumable and undoable.',
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'From POST /api/login.' },
          cookie: {
            type: 'apiKey',
            in: 'cookie',
            name: 'muster_session',
            description: 'Over TLS its name is __Host-muster_session.',
          },
        },
      },
      security: [{ token: [] }, { cookie: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  app.get(
    '/api/openapi.json',
    {
      config: { access: 'public' },
      schema: { tags: ['API'], summary: 'This description', response: { 200: z.looseObject({}) } },
    },
    () => ({ ...app.swagger() }),
  );
  await app.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' };
    });
    await pages.register(swaggerUi, {
      routePrefix: '/api/docs',
      // Its badge would be fetched from another server.
      uiConfig: { validatorUrl: null, persistAuthorization: false },
    });
  });
}
