/** Schools behind the real HTTP server, a database for all of a file's tests, spoken to at any address as anybody. */
import { sql } from 'kysely';
import pg from 'pg';
import { getKind } from '../../packages/server/src/engine/index.ts';
import type { Kind } from '../../packages/server/src/engine/kind.ts';
import type { Operation } from '../../packages/server/src/engine/operation.ts';
import type { App } from '../../packages/server/src/http/every-request/context.ts';
import { KINDS } from '../../packages/server/src/kinds/index.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { openSession } from '../../packages/server/src/tenancy/sessions.ts';
import { EXAMPLES } from '../conformance/example.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { testApp } from '../fixtures/http.ts';
import { aPopulatedSchool, type PopulatedSchool } from '../fixtures/populated-school.ts';
import { aPerson, query } from '../fixtures/school.ts';

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly body?: object;
  /** A form with a file in place of a body. */
  readonly form?: { readonly payload: string; readonly type: string };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads replies as they come
  readonly body: any;
}

export interface SchoolApi {
  readonly app: App;
  readonly database: TestDatabase;
  call(as: Actor, asked: Asked): Promise<Answer>;
  /** Statements of an outsider who owns the tables. */
  asOwner(statement: string, values?: unknown[]): Promise<void>;
  end(): Promise<void>;
}

/** The clock of populated schools. */
const NOW = new Date('2026-11-02T08:00:00Z');

export async function schoolApi(): Promise<SchoolApi> {
  const database = await testDatabase();
  const app = await testApp(database, { now: () => NOW });
  await app.ready();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const call = async (as: Actor, { method, url, body, form }: Asked): Promise<Answer> => {
    const { token } = await openSession(database, as.accountId, as.orgId, NOW);
    const headers = { authorization: `Bearer ${token}`, ...(form === undefined ? {} : { 'content-type': form.type }) };
    const payload = form?.payload ?? body;
    const reply = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    const isJson = String(reply.headers['content-type']).includes('json');
    return { status: reply.statusCode, text: reply.body, body: isJson ? reply.json() : undefined };
  };
  return {
    app,
    database,
    call,
    asOwner: async (statement, values = []) => {
      await owner.query(statement, values);
    },
    end: async () => {
      await app.close();
      await owner.end();
      await database.drop();
    },
  };
}

/** What a caller gives of a kind's usual operation. */
export interface Usual {
  readonly kind: Kind;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test takes parameters apart as they come
  readonly params: any;
  /** Of kinds that read files: rows of a request. */
  readonly rows?: readonly Readonly<Record<string, string>>[];
}

export interface Case extends Usual {
  readonly school: PopulatedSchool;
  readonly operation: Operation;
}

/** A school of its own with what the kind's usual operation needs, and a draft of it by the school's admin. */
export async function aCase({ database }: SchoolApi, name: string): Promise<Case> {
  const school = await aPopulatedSchool(database);
  const example = EXAMPLES[name];
  if (example === undefined) throw new Error(`${name} has no example in test/conformance.`);
  const operation = await example.usual(school, school.admin);
  const kind = getKind(school.engine, name);
  const made = { school, operation, kind, params: operation.params };
  return kind.rows === undefined ? made : { ...made, rows: await rowsOf(school, operation) };
}

async function rowsOf(school: PopulatedSchool, { id }: Operation): Promise<Readonly<Record<string, string>>[]> {
  const staged = await query(
    school,
    sql<{ header: string[]; cells: string[] }>`
      select o.input -> 'header' as header, s.cells
      from staged_rows s join operations o on o.org_id = ${school.orgId} and o.id = s.operation_id
      where s.org_id = ${school.orgId} and s.operation_id = ${id} order by s.row_no`,
  );
  return staged.map(({ header, cells }) => Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])));
}

/** Every kind that a caller can start, by its name. */
export const STARTABLE: readonly (readonly [string, Kind])[] = KINDS.filter((kind) => kind.isInternal !== true).map(
  (kind) => [kind.name, kind] as const,
);

/** Somebody with this role, in no unit and with no students of their own. */
export async function somebody(
  { database }: SchoolApi,
  { orgId }: PopulatedSchool,
  role: string,
  unitId?: string,
): Promise<Actor> {
  const name = `Some ${role}`;
  return aPerson(database, orgId, { name, roles: [role], ...(unitId === undefined ? {} : { unitId }) });
}

/** A refusal as a client reads it, whatever the address. */
export function refusal({ status, body }: Answer): { status: number; code: unknown; words: unknown } {
  return { status, code: body?.code, words: body?.detail };
}

/** The operation that an answer is about. */
export function idIn({ body, text }: Answer): string {
  if (typeof body?.operation_id !== 'string') throw new Error(`No operation was made: ${text}`);
  return body.operation_id;
}
