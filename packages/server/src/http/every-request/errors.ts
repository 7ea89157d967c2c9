/** Every refusal has one body: RFC 9457, with all faults at once in `errors`. */
import { invalid, invalidField, isProblemCode, Problem, PROBLEMS, sentenceCase, unstorableAt } from '@muster/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { faultsOf } from '../../engine/index.ts';
import { FileProblem } from '../../formats/file-problem.ts';
import type { App } from './context.ts';

export const PROBLEM_TYPE = 'application/problem+json';

const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    message: z.string(),
    errors: z.array(z.object({ code: z.string(), field: z.string(), message: z.string(), correction: z.string() })),
  })
  .meta({ id: 'Problem', description: 'What went wrong, and what to do about it.' });

/** The refusals of a route, for its `response` schema. */
export const refusals = {
  '4xx': { description: 'Refused', content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
} as const;

export function answerProblems(app: App): void {
  app.setValidatorCompiler(({ schema }) => (value) => {
    if (!(schema instanceof z.ZodType)) throw new Error('Every schema of a route is made with zod.');
    const checked = checkedBy(schema, value);
    return checked.success ? { value: checked.data } : { error: invalid(faultsOf(checked.error)) };
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    const problem = toProblem(error, request);
    const internal = { err: error, code: problem.code };
    if (problem.status >= 500) request.log.error(internal, problem.message);
    else request.log.info({ code: problem.code }, problem.message);
    return sendProblem(request, reply, problem);
  });
}

/** A body that is left out is an empty one, so that a refusal names each field that is missing. */
function checkedBy(schema: z.ZodType, value: unknown): z.ZodSafeParseResult<unknown> {
  if (value !== null) return schema.safeParse(value, { reportInput: true });
  const leftOut = schema.safeParse(undefined);
  return leftOut.success ? leftOut : schema.safeParse({}, { reportInput: true });
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const seconds = problem.detail['seconds'];
  if (typeof seconds === 'number') reply.header('retry-after', seconds);
  if (problem.code === 'unavailable') reply.header('retry-after', 5);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  const body = problemBody(problem, request.routeOptions.url ?? request.url.split('?')[0] ?? '');
  const isEnveloped = request.routeOptions.config.envelope === 'success';
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send(isEnveloped ? { ...body, success: false, message: firstWords(problem) } : body);
}

/** Server-sent events; where what they tell of may be read no more, the last one is `refused` with the problem. */
export async function* endedByRefusal(events: AsyncIterable<string>, request: FastifyRequest): AsyncGenerator<string> {
  try {
    yield* events;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    yield `event: refused\ndata: ${JSON.stringify(problemBody(error, request.routeOptions.url ?? ''))}\n\n`;
  }
}

/** Clients that show one sentence are told the first fault, not how many there are. */
function firstWords(problem: Problem): string {
  const [first] = problem.code === 'validation_failed' ? problem.errors : [];
  return first?.message ?? problem.message;
}

/**
 * @param instance - The route, not the address: an unknown id and a foreign one must be answered alike.
 */
function problemBody(problem: Problem, instance: string): Record<string, unknown> {
  return {
    ...problem.detail,
    type: `/problems/${problem.code}`,
    title: sentenceCase(problem.code),
    status: problem.status,
    detail: problem.message,
    instance,
    code: problem.code,
    message: problem.message,
    errors: problem.errors,
  };
}

function toProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof FileProblem) return ofFile(error);
  const code = errorCode(error);
  if (isLostDatabase(error, code)) return new Problem('unavailable');
  if (code.startsWith('22')) return ofValue(error, code, request);
  if (isHttpError(error)) return ofHttp(error, request);
  return new Problem('internal', { reference: request.id });
}

export const UNSTORABLE_WORDS = 'it has a character that cannot be stored (NUL, or half of one)';

/** What the database says of a value that no rule of ours had looked at: named by the field that holds it, where one does. */
function ofValue(error: unknown, code: string, request: FastifyRequest): Problem {
  request.log.warn({ err: error }, 'A value reached the database that it cannot read.');
  const isText = code === '22021' || code === '22P05' || /surrogate/i.test(String(error));
  const quoted = /"([^"]*)"/.exec(error instanceof Error ? error.message : '')?.[1];
  const given = Object.entries({ ...objectOf(request.query), ...objectOf(request.params), ...objectOf(request.body) });
  const [field] = given.find(([, value]) => (isText ? unstorableAt(value) !== null : value === quoted)) ?? [
    request.body == null ? 'query' : 'body',
  ];
  return invalidField(field, isText ? UNSTORABLE_WORDS : 'the database cannot read it; check its form and its size');
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function ofFile(error: FileProblem): Problem {
  const isOtherFormat = error.code === 'not_csv';
  const detail = isOtherFormat
    ? { found: error.detail.found, expected: error.detail.expected }
    : { reason: error.message.replace(/\.$/, ''), correction: error.correction };
  return new Problem(isOtherFormat ? 'unsupported_format' : 'unreadable_file', { ...error.detail, ...detail }, [
    { code: error.code, field: 'file', message: error.message, correction: error.correction },
  ]);
}

function ofHttp(error: FastifyError, request: FastifyRequest): Problem {
  if (error.statusCode === 413) {
    return new Problem('too_large', { field: 'body', limit_bytes: request.routeOptions.bodyLimit });
  }
  return error.statusCode === 415 ? ofContentType(request) : invalidField('body', error.message);
}

function ofContentType(request: FastifyRequest): Problem {
  const found = request.headers['content-type'] ?? 'no content type';
  const expected = 'application/json';
  return new Problem('unsupported_format', { found, expected }, [
    {
      code: 'unsupported_format',
      field: 'Content-Type',
      message: `${found} cannot be read here; expected ${expected}.`,
      correction: `Send Content-Type: ${expected}.`,
    },
  ]);
}

function isHttpError(error: unknown): error is FastifyError {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const LOST = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|57P0[123]|53300|08...)$/;

function isLostDatabase(error: unknown, code: string): boolean {
  if (LOST.test(code)) return true;
  if (error instanceof AggregateError) return error.errors.some((inner) => LOST.test(errorCode(inner)));
  // The driver has no code for these.
  return error instanceof Error && /connection terminated|timeout exceeded when trying to connect/i.test(error.message);
}

/** The words of a problem, at the address that `type` names. */
export function problemRoutes(app: App): void {
  app.get(
    '/problems/:code',
    {
      config: { access: 'public' },
      schema: {
        tags: ['Problems'],
        summary: 'What a problem means',
        params: z.object({ code: z.string() }),
        response: {
          200: z.object({ code: z.string(), status: z.int(), message: z.string(), correction: z.string() }),
          ...refusals,
        },
      },
    },
    ({ params: { code } }) => {
      if (!isProblemCode(code)) throw new Problem('not_found');
      return { code, ...PROBLEMS[code] };
    },
  );
}
