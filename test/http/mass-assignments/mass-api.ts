/** A school as the ledger of mass assignments assumes it, with 600 students for 6,000, behind the real HTTP server. */
import { sql } from 'kysely';
import pg from 'pg';
import { expect } from 'vitest';
import { z } from 'zod';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { planOperation } from '../../../packages/server/src/engine/plan/plan.ts';
import { buildApp } from '../../../packages/server/src/http/app.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import type { Actor } from '../../../packages/server/src/tenancy/actor.ts';
import { openSession } from '../../../packages/server/src/tenancy/sessions.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import {
  aPerson,
  aSchool,
  aSequence,
  aUnit,
  query,
  students,
  testEngine,
  work,
  type School,
} from '../../fixtures/school.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads replies as they come
  readonly body: any;
}
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface MassApi {
  readonly app: App;
  readonly database: TestDatabase;
  readonly school: School;
  readonly other: School;
  /** Moves the server's clock ahead of what it would show, in milliseconds. */
  readonly clock: { aheadMs: number };
  readonly people: Record<'T1' | 'T2' | 'T3' | 'TA1' | 'SA1' | 'SYS' | 'ST1' | 'SA2', Actor>;
  readonly units: Record<'U1' | 'U2', string>;
  readonly classes: Record<'C1' | 'C2', string>;
  /** Students by where they belong. */
  readonly ids: Record<'C1' | 'C2' | 'T2' | 'U1' | 'U2' | 'inactive' | 'suspended' | 'foreign', string[]>;
  readonly sequences: Record<'S1' | 'S2' | 'S3' | 'S4' | 'S9', string>;
  call(
    as: Actor | null,
    method: Method,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  headersOf(as: Actor): Promise<{ authorization: string }>;
  /** Plans in the background and applies, as a worker would. */
  plan(id: string): Promise<void>;
  work(id: string): Promise<void>;
  /** Statements of an outsider who owns the tables. */
  asOwner(statement: string, values?: unknown[]): Promise<void>;
  query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]>;
  end(): Promise<void>;
}

/** For tests that name days: whatever the day is on which they run, these lie ahead of the server's clock. */
export const NOVEMBER = new Date('2026-11-02T08:00:00Z');

/** @param startsAt - What the server's clock shows at first; it runs on from there. The database keeps its own. */
export async function massApi(startsAt = new Date()): Promise<MassApi> {
  const database = await testDatabase();
  const clock = { aheadMs: 0 };
  const shiftMs = startsAt.getTime() - Date.now();
  const now = () => new Date(Date.now() + shiftMs + clock.aheadMs);
  const school = await aSchool(database, { now });
  const other = await aSchool(database, { name: 'Second school', now });
  const app = await buildApp({ engine: testEngine(database, now), database, settings: {} });
  await app.ready();
  const fixture = await populate(database, school, other);
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  // Tests ask for more in a minute than people do.
  await owner.query(`update orgs set settings = '{"rate_limits": {"confirms_per_minute": 1000}}'`);
  const headersOf = async (as: Actor) => {
    const { token } = await openSession(database, as.accountId, as.orgId, now());
    return { authorization: `Bearer ${token}` };
  };
  return {
    app,
    database,
    school,
    other,
    clock,
    headersOf,
    ...fixture,
    call: async (as, method, path, body, more = {}) => {
      const headers = { ...(as === null ? {} : await headersOf(as)), ...more };
      const reply = await app.inject({
        method,
        url: `/api/v1/mass-assignments${path}`,
        headers,
        ...(body === undefined ? {} : { payload: body }),
      });
      const isJson = String(reply.headers['content-type']).includes('json');
      if (reply.statusCode >= 400) expect(REFUSAL.safeParse(reply.json()).error, reply.body).toBeUndefined();
      return {
        status: reply.statusCode,
        headers: reply.headers,
        text: reply.body,
        body: isJson ? reply.json() : undefined,
      };
    },
    plan: async (id) => {
      await planOperation(school.engine, school.orgId, id);
    },
    work: async (id) => {
      await work(school, id);
    },
    asOwner: async (statement, values = []) => {
      await owner.query(statement, values);
    },
    query: (statement) => query(school, statement),
    end: async () => {
      await app.close();
      await owner.end();
      await database.drop();
    },
  };
}

const words = z.string().min(1);
/** What every refusal of the module says. */
const REFUSAL = z.looseObject({
  errors: z.array(z.object({ code: words, field: z.string(), message: words, correction: words })).min(1),
});

type Fixture = Pick<MassApi, 'people' | 'units' | 'classes' | 'ids' | 'sequences'>;

async function populate(database: TestDatabase, school: School, other: School): Promise<Fixture> {
  const { orgId } = school;
  const units = { U1: await aUnit(database, orgId, 'U1'), U2: await aUnit(database, orgId, 'U2') };
  const person = (name: string, role: string, unitId?: string) =>
    aPerson(database, orgId, { name, roles: [role], ...(unitId === undefined ? {} : { unitId }) });
  const people = {
    T1: await person('Tom One', 'teacher', units.U1),
    T2: await person('Tea Two', 'teacher', units.U1),
    T3: await person('Tim Three', 'teacher', units.U2),
    TA1: await person('Ann Unit', 'teacher_admin', units.U1),
    SA1: school.admin,
    ST1: await person('Stu Dent', 'student', units.U2),
    SYS: await systemAdmin(database, orgId),
    SA2: other.admin,
  };
  const inUnit = (count: number, unitId: string, gradeLevel: string, teacher?: Actor) =>
    students(database, orgId, count, {
      unitId,
      gradeLevel,
      ...(teacher?.userId == null ? {} : { teacherId: teacher.userId }),
    });
  const C1 = await inUnit(30, units.U1, '5', people.T1);
  const C2 = await inUnit(30, units.U1, '6', people.T1);
  const T2 = await inUnit(30, units.U1, '6', people.T2);
  const U1 = [...C1, ...C2, ...T2, ...(await inUnit(110, units.U1, '7'))];
  const U2 = await inUnit(400, units.U2, '8');
  const inactive = await inUnit(40, units.U2, '8');
  const suspended = await inUnit(10, units.U2, '8');
  const foreign = await students(database, other.orgId, 20);
  const classes = { C1: newId(), C2: newId() };
  await inOrg(database, orgId, async (tx) => {
    await rows(tx, sql`update users set status = 'inactive' where org_id = ${orgId} and id = any(${inactive}::uuid[])`);
    await rows(
      tx,
      sql`update users set status = 'suspended' where org_id = ${orgId} and id = any(${suspended}::uuid[])`,
    );
    for (const [name, ids] of Object.entries({ C1, C2 })) {
      const id = name === 'C1' ? classes.C1 : classes.C2;
      await rows(
        tx,
        sql`insert into classrooms (org_id, id, name, unit_id) values (${orgId}, ${id}, ${name}, ${units.U1})`,
      );
      await rows(
        tx,
        sql`
        insert into classroom_students (org_id, id, classroom_id, student_id) select ${orgId}, gen_random_uuid(), ${id}, s from unnest(${ids}::uuid[]) s`,
      );
    }
  });
  return {
    people,
    units,
    classes,
    ids: { C1, C2, T2, U1, U2, inactive, suspended, foreign },
    sequences: await content(database, orgId),
  };
}

async function content(database: TestDatabase, orgId: string): Promise<MassApi['sequences']> {
  const made = {
    S1: await aSequence(database, orgId, 'Fractions', 12),
    S2: await aSequence(database, orgId, 'Solfege'),
    S3: await aSequence(database, orgId, 'Evaluation'),
    S4: await aSequence(database, orgId, 'Method'),
    S9: await aSequence(database, orgId, 'Old course'),
  };
  await inOrg(database, orgId, async (tx) => {
    await rows(
      tx,
      sql`update sequence_steps set sequence_version = 3 where org_id = ${orgId} and sequence_id = ${made.S1}`,
    );
    await rows(tx, sql`update sequences set published_version = 3 where org_id = ${orgId} and id = ${made.S1}`);
    await rows(
      tx,
      sql`update sequences set status = 'deprecated', replacement_id = ${made.S1} where org_id = ${orgId} and id = ${made.S9}`,
    );
  });
  return made;
}

/** An account without membership; it acts in the organization that its sign-in chose. */
async function systemAdmin(database: TestDatabase, orgId: string): Promise<Actor> {
  const accountId = newId();
  await database.owner.global
    .insertInto('accounts')
    .values({ id: accountId, email: 'sys@example.org', is_system_admin: true })
    .execute();
  return {
    accountId,
    orgId,
    userId: null,
    name: 'System administrator',
    roles: ['system_admin'],
    role: 'system_admin',
    unitId: null,
    lesserPlan: null,
  };
}

/** A draft that gives S1 unless told otherwise. */
export async function draft(
  api: MassApi,
  as: Actor,
  studentIds: readonly string[],
  more: object = {},
): Promise<string> {
  const made = await api.call(as, 'POST', '', {
    operation_type: 'assign_sequence',
    target: { student_ids: studentIds },
    content_payload: { sequence_id: api.sequences.S1 },
    ...more,
  });
  expect(made.status, made.text).toBe(201);
  return made.body.operation_id;
}

/** Validates in the request or, for many, as a worker would; gives the preview. */
export async function preview(api: MassApi, as: Actor, id: string): Promise<Answer> {
  const validated = await api.call(as, 'POST', `/${id}/validate`);
  if (validated.status === 202) await api.plan(id);
  else expect(validated.status, validated.text).toBe(200);
  const shown = await api.call(as, 'GET', `/${id}/preview`);
  expect(shown.status, shown.text).toBe(200);
  return shown;
}

/** From nothing to done. */
export async function assign(
  api: MassApi,
  as: Actor,
  studentIds: readonly string[],
  more: object = {},
): Promise<Answer> {
  const id = await draft(api, as, studentIds, more);
  const { body } = await preview(api, as, id);
  const confirmed = await api.call(as, 'POST', `/${id}/confirm`, {
    plan_hash: body.plan_hash,
    acknowledge_warnings: true,
    ...(body.confirm_count === null ? {} : { confirm_count: body.confirm_count }),
  });
  expect([200, 202], confirmed.text).toContain(confirmed.status);
  if (confirmed.status === 202) await api.work(id);
  return api.call(as, 'GET', `/${id}`);
}
