/**
 * How slowly, and for how long, a body may arrive. Whoever sends holds a socket alone, no connection of the database and
 * no turn; but sockets are not endless either, and a client that has gone is not told apart from one that dawdles.
 */
import { Problem } from '@muster/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App, HttpContext, Pace } from './context.ts';

/** A kilobyte a second: less than the slowest line of a telephone gives. Two gigabytes take an hour at 5 Mbit/s. */
export const PACE: Pace = {
  windowMs: 20_000,
  bytesPerWindowMin: 20_480,
  bodyMsMax: 5 * 60_000,
  uploadMsMax: 60 * 60_000,
};

/** Ends requests whose body comes too slowly: with a refusal, or without a word where they had their answer already. */
export function keepPace(app: App, { settings: { pace = PACE } }: HttpContext): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
    if (chunked !== undefined || Number(length ?? 0) > 0) watch(request, reply, pace);
    done();
  });
}

function watch(request: FastifyRequest, reply: FastifyReply, pace: Pace): void {
  const { raw } = request;
  const isUpload = /^multipart\//i.test(raw.headers['content-type'] ?? '');
  const endsAt = Date.now() + (isUpload ? pace.uploadMsMax : pace.bodyMsMax);
  let seen = raw.socket.bytesRead;
  const timer = setInterval(() => {
    const grown = raw.socket.bytesRead - seen;
    seen += grown;
    if (raw.complete || raw.destroyed) clearInterval(timer);
    else if (grown < pace.bytesPerWindowMin || Date.now() > endsAt) {
      clearInterval(timer);
      end(request, reply);
    }
  }, pace.windowMs).unref();
  raw.once('close', () => {
    clearInterval(timer);
  });
}

function end({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (reply.sent) {
    raw.destroy();
    return;
  }
  reply.raw.once('finish', () => raw.destroy());
  reply.header('connection', 'close').send(new Problem('upload_too_slow'));
}
