import { invalid, problemError } from '@muster/contract';
import { z } from 'zod';
import type { App } from './context.ts';

/** Where the product's own routes and the dialects are; the web app's files and the pages of the docs take what comes. */
const GUARDED = /^\/(?:api(?!\/docs(?:\/|$))|admin-core-service)\//;

/**
 * Refuses a query parameter that the route does not name: one that is misspelled would otherwise narrow nothing, and
 * somebody would act on far more than they asked for. It is looked at before the body is checked, and names each of them.
 */
export function refuseUnknownQueries(app: App): void {
  app.addHook('preValidation', async ({ routeOptions: { url = '', schema }, query }) => {
    if (!GUARDED.test(url)) return;
    const known = namesIn(schema?.querystring);
    const given = typeof query === 'object' && query !== null ? Object.keys(query) : [];
    const unknown = given.filter((name) => !known.includes(name));
    if (unknown.length > 0) throw invalid(unknown.map((field) => problemError('unknown_field', { field })));
  });
}

function namesIn(schema: unknown): string[] {
  if (schema === undefined) return [];
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  throw new Error('The query of a route is described by an object, so that its parameters are known.');
}
