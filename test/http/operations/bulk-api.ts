/** The bulk API over a database of its own, spoken to as anybody. */
import { BULK_STATUSES } from '@muster/contract';
import { expect } from 'vitest';
import type { App, HttpContext } from '../../../packages/server/src/http/every-request/context.ts';
import { buildApp } from '../../../packages/server/src/http/app.ts';
import type { Actor } from '../../../packages/server/src/tenancy/actor.ts';
import { openSession } from '../../../packages/server/src/tenancy/sessions.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { aSchool, type School } from '../../fixtures/school.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads replies as they come
  readonly body: any;
}

export interface BulkApi {
  readonly app: App;
  readonly context: HttpContext;
  readonly database: TestDatabase;
  readonly school: School;
  tokenOf(actor: Actor): Promise<string>;
  /** As the school's admin when `as` is left out; `null` is nobody. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, as?: Actor | null): Promise<Answer>;
  upload(path: string, fields: Record<string, string>, file?: UploadedFile, as?: Actor): Promise<Answer>;
  end(): Promise<void>;
}

export interface UploadedFile {
  readonly name: string;
  readonly content: string;
  /** Put before the fields instead of behind them. */
  readonly isFirst?: boolean;
}

export async function bulkApi(): Promise<BulkApi> {
  const database = await testDatabase();
  const school = await aSchool(database);
  const context: HttpContext = { engine: school.engine, database, settings: {} };
  const app = await buildApp(context);
  await app.ready();
  const tokens = new Map<string, string>();

  const tokenOf = async (actor: Actor): Promise<string> => {
    const known = tokens.get(actor.accountId);
    if (known !== undefined) return known;
    const { token } = await openSession(database, actor.accountId, actor.orgId, new Date());
    tokens.set(actor.accountId, token);
    return token;
  };
  const headersOf = async (as: Actor | null): Promise<Record<string, string>> =>
    as === null ? {} : { authorization: `Bearer ${await tokenOf(as)}` };

  return {
    app,
    context,
    database,
    school,
    tokenOf,
    call: async (method, path, body, as = school.admin) => {
      const headers = await headersOf(as);
      const reply = await app.inject({
        method,
        url: `/api/bulk${path}`,
        headers,
        ...(body === undefined ? {} : { payload: Object(body) }),
      });
      return answerOf(reply);
    },
    upload: async (path, fields, file, as = school.admin) => {
      const { payload, type } = formOf(fields, file);
      const headers = { ...(await headersOf(as)), 'content-type': type };
      return answerOf(await app.inject({ method: 'POST', url: `/api/bulk${path}`, headers, payload }));
    },
    end: async () => {
      await app.close();
      await database.drop();
    },
  };
}

function answerOf(reply: { statusCode: number; headers: Record<string, unknown>; body: string }): Answer {
  const isJson = String(reply.headers['content-type']).includes('json');
  const body = isJson ? JSON.parse(reply.body) : undefined;
  for (const { status } of operationsIn(body)) expect(BULK_STATUSES).toContain(status);
  return { status: reply.statusCode, headers: reply.headers, text: reply.body, body };
}

/** The operations of an answer, be it one, a list, or none. */
function operationsIn(body: unknown): { status: unknown }[] {
  return (Array.isArray(body) ? body : [body]).filter(
    (one) => typeof one === 'object' && one !== null && 'operation_type' in one && 'status' in one,
  );
}

const BOUNDARY = 'form-of-a-test';

export function formOf(fields: Record<string, string>, file?: UploadedFile): { payload: string; type: string } {
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const ofFile =
    file === undefined
      ? ''
      : `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: text/csv\r\n\r\n${file.content}\r\n`;
  const parts = file?.isFirst === true ? [ofFile, ...texts] : [...texts, ofFile];
  return { payload: `${parts.join('')}--${BOUNDARY}--\r\n`, type: `multipart/form-data; boundary=${BOUNDARY}` };
}

/** A file of people with so many good rows, and further lines as they stand. */
export function peopleCsv(count: number, more: readonly string[] = []): string {
  const rows = Array.from(
    { length: count },
    (_, n) => `ext-${String(n + 1)},person${String(n + 1)}@example.org,Given${String(n + 1)},Family`,
  );
  return `${['external_id,email,given_name,family_name', ...rows, ...more].join('\n')}\n`;
}
