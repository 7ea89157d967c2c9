/** What others may keep of an answer, and how small it is made on its way. */
import compress from '@fastify/compress';
import type { App } from './context.ts';

/** Shorter answers are not worth the work, in bytes. */
const COMPRESSED_FROM = 1_024;

/**
 * Compresses what is read. Answers to writes may carry a secret beside words of whoever asked, such as a token, and the
 * length of the two together would give it away; streams of events are left alone by their type.
 */
export async function compressReads(app: App): Promise<void> {
  app.addHook('onRoute', (route) => {
    const isRead = [route.method].flat().every((method) => method === 'GET' || method === 'HEAD');
    if (!isRead) route.compress = false;
  });
  await app.register(compress, { threshold: COMPRESSED_FROM, encodings: ['br', 'gzip'], globalDecompression: false });
}

/** Nobody on the way, and no browser, keeps an answer of the API, unless a route says so itself. */
export function keepNothing(app: App): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isApi = /^\/(api(?!\/docs\/)|admin-core-service|metrics|health)(\/|\?|$)/.test(request.url);
    if (isApi && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    return payload;
  });
}

/** Files whose names change with what is in them: they can be kept for ever. */
export const FOR_EVER = 'public, max-age=31536000, immutable';
