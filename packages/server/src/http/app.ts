/** The HTTP server: what every request passes through, and the list of subjects. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import serveFiles from '@fastify/static';
import { BODY_JSON, invalidField, jsonTextFault, LIMITS, Problem, unstorableAt } from '@muster/contract';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { allowedMethods, rememberPaths } from './every-request/allowed-methods.ts';
import { compressReads, FOR_EVER, keepNothing } from './every-request/caching.ts';
import { auditRoutes } from './organization/audit.ts';
import { authenticate } from './every-request/authentication.ts';
import { bulkRoutes } from './operations/bulk-routes.ts';
import { claimRoutes } from './sign-in/claim.ts';
import type { App, HttpContext } from './every-request/context.ts';
import { serveDocs } from './every-request/docs.ts';
import { answerProblems, problemRoutes, UNSTORABLE_WORDS } from './every-request/errors.ts';
import { refuseForeignIds } from './every-request/foreign.ts';
import { healthRoutes } from './every-request/health.ts';
import { answerOnce } from './every-request/idempotency.ts';
import { metricsRoutes } from './every-request/metrics.ts';
import { noticeRoutes } from './organization/notices.ts';
import { organizationRoutes } from './organization/organization.ts';
import { keepPace, PACE } from './every-request/pace.ts';
import { limitRate } from './every-request/rate-limit.ts';
import { refuseUnknownQueries } from './every-request/unknown-query.ts';
import { recordRoutes } from './records/routes.ts';
import { ownAccountRoutes } from './sign-in/own-account.ts';
import { signInRoutes } from './sign-in/sign-in.ts';
import { batchRoutes } from './batches/routes.ts';
import { classroomRoutes } from './classrooms/routes.ts';
import { instructorAllocationRoutes } from './dialects/instructor-allocation/routes.ts';
import { learnerManagementRoutes } from './dialects/learner-management/routes.ts';
import { massAssignmentRoutes } from './dialects/mass-assignments/routes.ts';
import { enrollmentRoutes } from './enrollments/routes.ts';
import { mentorRoutes } from './mentors/routes.ts';
import { userRoutes } from './people/routes.ts';

const BODY_BYTES_MAX = 10 * 1024 ** 2;
const HEADERS_MS_MAX = 15_000;

/** @returns the server, ready to listen. The caller closes it, and the database after it. */
export async function buildApp(context: HttpContext): Promise<App> {
  const app: App = fastify({
    ...(context.logger === undefined ? {} : { loggerInstance: context.logger }),
    bodyLimit: BODY_BYTES_MAX,
    // What hooks and handlers watch over themselves begins with the last header; see `keepPace`.
    http: { headersTimeout: HEADERS_MS_MAX, connectionsCheckingInterval: HEADERS_MS_MAX / 3 },
    requestTimeout: (context.settings.pace ?? PACE).uploadMsMax + HEADERS_MS_MAX,
    trustProxy: context.settings.trustProxy ?? false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2_000 },
  }).withTypeProvider<ZodTypeProvider>();
  app.setSerializerCompiler(serializerCompiler);
  readEmptyBodies(app);
  answerProblems(app);
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: POLICY } });
  await app.register(cookie);
  await compressReads(app);
  keepNothing(app);
  await app.register(multipart, {
    limits: { fileSize: context.settings.uploadBytesMax ?? LIMITS.uploadBytesMax, files: 1, fields: 50 },
  });
  const paths = rememberPaths(app);
  keepPace(app, context);
  authenticate(app, context);
  limitRate(app, context);
  answerOnce(app, context);
  refuseUnknownQueries(app);
  refuseForeignIds(app, context);
  await serveDocs(app);
  registerRoutes(app, context);
  const sendPage = await serveWeb(app, context);
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(paths, request.url);
    if (allowed.length > 0) {
      reply.header('allow', allowed.join(', '));
      throw new Problem('method_not_allowed', { method: request.method, allowed: allowed.join(', ') });
    }
    if (sendPage !== null && isPage(request)) return sendPage(reply);
    throw new Problem('not_found');
  });
  return app;
}

/** A subject a line. */
function registerRoutes(app: App, context: HttpContext): void {
  healthRoutes(app, context);
  metricsRoutes(app, context);
  problemRoutes(app);
  signInRoutes(app, context);
  claimRoutes(app, context);
  ownAccountRoutes(app, context);
  organizationRoutes(app, context);
  userRoutes(app, context);
  recordRoutes(app, context);
  classroomRoutes(app, context);
  batchRoutes(app, context);
  enrollmentRoutes(app, context);
  mentorRoutes(app, context);
  bulkRoutes(app, context);
  massAssignmentRoutes(app, context);
  learnerManagementRoutes(app, context);
  instructorAllocationRoutes(app, context);
  auditRoutes(app, context);
  noticeRoutes(app, context);
}

/** Styles may stand in the page, as the web app's components write them there; scripts never. */
const POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** Calls without a body often announce JSON all the same. */
function readEmptyBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body.toString();
    const fault = jsonTextFault(text, BODY_JSON);
    if (fault !== null) done(invalidField('body', fault));
    else if (text === '') done(null, undefined);
    else
      void parse(request, text, (error, parsed) => {
        done(error ?? unstorable(text, parsed), parsed);
      });
  });
}

/** Only escapes bring such characters into JSON, so that bodies without any are not looked through. */
function unstorable(text: string, parsed: unknown): Problem | null {
  const field = /\\u(?:0000|d[89a-f])/i.test(text) ? unstorableAt(parsed) : null;
  return field === null ? null : invalidField(field || 'body', UNSTORABLE_WORDS);
}

/** @returns what sends the web app's page for addresses that only the web app knows; null without web app. */
async function serveWeb(app: App, context: HttpContext): Promise<((reply: FastifyReply) => FastifyReply) | null> {
  const { webDir } = context.settings;
  if (webDir === undefined || !existsSync(path.join(webDir, 'index.html'))) return null;
  const root = path.resolve(webDir);
  // The page itself is for everybody, also for who is about to sign in.
  await app.register(async (files) => {
    files.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' };
    });
    await files.register(serveFiles, {
      root,
      wildcard: false,
      index: false,
      decorateReply: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, file) => {
        void reply.header('cache-control', path.basename(path.dirname(file)) === 'assets' ? FOR_EVER : 'no-cache');
      },
    });
  });
  await app.register(serveFiles, { root, serve: false, cacheControl: false });
  return (reply) => reply.header('cache-control', 'no-cache').sendFile('index.html');
}

function isPage(request: FastifyRequest): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && !/^\/api(\/|\?|$)/.test(request.url) && !path.extname(request.url.split('?')[0] ?? '');
}
