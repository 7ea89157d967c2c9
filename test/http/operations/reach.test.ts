/** What somebody whose reach is limited learns of an operation that touches people beyond it, whatever is read of it. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { buildApp } from '../../../packages/server/src/http/app.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import type { Actor } from '../../../packages/server/src/tenancy/actor.ts';
import { openSession } from '../../../packages/server/src/tenancy/sessions.ts';
import { create } from '../../fixtures/create.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { aPerson, aSchool, aSequence, aUnit, query, run, stagedImport, type School } from '../../fixtures/school.ts';

const BULK = '/api/bulk/operations/{id}';
const MASS = '/api/v1/mass-assignments/{operation_id}';

/** Where a reader says how many it hides: in the field `hidden`, in the header, or nowhere, as it lists nobody. */
type Says = 'field' | 'header' | 'nothing';

/** Every address at which something of an operation is read. One that is new has to be put here. */
const READERS: Readonly<Record<string, Says>> = {
  '/api/bulk/operations': 'nothing',
  [BULK]: 'nothing',
  [`${BULK}/preview`]: 'field',
  [`${BULK}/progress`]: 'nothing',
  [`${BULK}/items`]: 'field',
  [`${BULK}/results`]: 'field',
  [`${BULK}/report.csv`]: 'header',
  [`${BULK}/stream`]: 'nothing',
  '/api/v1/mass-assignments': 'nothing',
  [MASS]: 'nothing',
  [`${MASS}/preview`]: 'field',
  [`${MASS}/preview.csv`]: 'header',
  [`${MASS}/items`]: 'field',
  [`${MASS}/report.csv`]: 'header',
  [`${MASS}/audit`]: 'nothing',
  [`${MASS}/stream`]: 'nothing',
  '/api/audit': 'field',
  '/api/events': 'nothing',
};
/** Open to whoever may steer the operation alone. */
const STEERERS = [`${BULK}/rollback/preview`, `${MASS}/rollback/preview`];
/** Of students whom the caller selects, not of operations. */
const OTHERS = ['/api/v1/mass-assignments/roster'];
/** They name those who are seen, where the caller sees any. */
const LISTS = [`${BULK}/preview`, `${BULK}/items`, `${BULK}/report.csv`, '/api/audit'].concat(
  ['preview', 'preview.csv', 'items', 'report.csv'].map((part) => `${MASS}/${part}`),
);

let database: TestDatabase;
let school: School;
let app: App;
let units: { own: string; other: string };
let unitAdmin: Actor;

beforeAll(async () => {
  database = await testDatabase();
  school = await aSchool(database);
  app = await buildApp({ engine: school.engine, database, settings: {} });
  await app.ready();
  units = { own: await aUnit(database, school.orgId, 'Own'), other: await aUnit(database, school.orgId, 'Other') };
  unitAdmin = await aPerson(database, school.orgId, { name: 'Ann Unit', roles: ['teacher_admin'], unitId: units.own });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

interface Person {
  readonly id: string;
  readonly given: string;
}

/** A student known by a name and values that nobody else has. */
async function student(given: string, unitId: string): Promise<Person> {
  const id = newId();
  await query(
    school,
    sql`insert into users (org_id, id, email, given_name, family_name, display_name, unit_id, grade_level, phone)
      values (${school.orgId}, ${id}, ${`${given}@mail.example`}, ${given}, 'Known', ${`${given} Known`}, ${unitId}, ${`grade ${given}`}, ${`call ${given}`})`,
  );
  return { id, given };
}

async function get(as: Actor, path: string): Promise<{ status: number; hidden: unknown; text: string; body: unknown }> {
  const { token } = await openSession(database, as.accountId, as.orgId, new Date());
  const reply = await app.inject({ method: 'GET', url: path, headers: { authorization: `Bearer ${token}` } });
  const isJson = String(reply.headers['content-type']).includes('json');
  const body: unknown = isJson ? reply.json() : null;
  const field = typeof body === 'object' && body !== null && 'hidden' in body ? body.hidden : undefined;
  const header = reply.headers['x-hidden-count'];
  return {
    status: reply.statusCode,
    hidden: field ?? (header === undefined ? undefined : Number(header)),
    text: reply.body,
    body,
  };
}

/** One answer of each reader of an operation. */
async function readAll(as: Actor, operationId: string, of: 'bulk' | 'mass' = 'bulk') {
  const readers = Object.entries(READERS).filter(([path]) => path.startsWith('/api/v1') === (of === 'mass'));
  const answers = [];
  for (const [reader, says] of readers) {
    const filter = reader === '/api/audit' || reader === '/api/events' ? `?operation_id=${operationId}&limit=100` : '';
    answers.push({ reader, says, ...(await get(as, reader.replace(/\{\w+\}/, operationId) + filter)) });
  }
  return answers;
}

interface Expected {
  readonly seen: readonly Person[];
  readonly hidden: readonly Person[];
  /** Where none of their rows match. */
  readonly without?: string;
}

/** Everything of the one, nothing of the other, and how many are hidden. */
async function expectSeen(as: Actor, operationId: string, people: Expected, of?: 'mass') {
  for (const { reader, says, status, hidden, text } of await readAll(as, operationId, of)) {
    expect(status, reader).toBe(200);
    if (says !== 'nothing' && reader !== people.without)
      expect([reader, Number(hidden) > 0]).toEqual([reader, people.hidden.length > 0]);
    for (const { id, given } of people.hidden) {
      expect(text, reader).not.toContain(given);
      expect(text, reader).not.toContain(id);
    }
    if (!LISTS.includes(reader) || reader === people.without) continue;
    for (const { id, given } of people.seen)
      expect([reader, text.includes(given) || text.includes(id)]).toEqual([reader, true]);
  }
}

async function update(as: Actor, people: readonly Person[], more: object = {}): Promise<string> {
  const target = { student_ids: people.map(({ id }) => id) };
  const params = { target, set: { phone: `new ${newId()}`, grade_level: '5' }, ...more };
  const { id } = await create(school.engine, as, { kind: 'user_update', name: 'Update', params });
  await run({ ...school, admin: as }, id);
  return id;
}

const pair = async (): Promise<{ own: Person; other: Person }> => ({
  own: await student(`Own${newId().slice(-8)}`, units.own),
  other: await student(`Other${newId().slice(-8)}`, units.other),
});

it('every address that reads something of an operation is held against the limits of reach', () => {
  const paths = Object.entries(app.swagger().paths ?? {}).flatMap(([path, item]) => ('get' in item ? [path] : []));
  const readers = paths.filter((path) => /operations|mass-assignments|\/audit|\/events/.test(path));
  expect(readers.sort()).toEqual([...Object.keys(READERS), ...STEERERS, ...OTHERS].sort());
});

describe('of an operation that touches people of two units', () => {
  it('the admin of one sees those of that unit with their values, nothing of the others, and how many they are [MA-234]', async () => {
    const { own, other } = await pair();
    const id = await update(school.admin, [own, other]);
    await expectSeen(unitAdmin, id, { seen: [own], hidden: [other] });
    const { body } = await get(unitAdmin, `/api/bulk/operations/${id}/items`);
    expect(body).toMatchObject({ items: [{ subject_id: own.id }], total: 1, hidden: 1, next_cursor: null });
    expect((await get(unitAdmin, `/api/bulk/operations/${id}`)).body).toMatchObject({
      total_items: 2,
      parameters: {},
      input_data: {},
      mapping_config: {},
      error_log: '',
      results_summary: { successful_items: 2 },
    });
    const filtered = await get(unitAdmin, `/api/bulk/operations/${id}/items?status=success`);
    expect(filtered.body).toMatchObject({ total: 1, hidden: 1 });
    expect((await get(unitAdmin, `/api/bulk/operations/${id}/items?status=failed`)).hidden).toBe(0);
  });

  it('whoever made it sees all of it, and what it was given', async () => {
    const { own, other } = await pair();
    const id = await update(school.admin, [own, other]);
    await expectSeen(school.admin, id, { seen: [own, other], hidden: [] });
    const { body } = await get(school.admin, `/api/bulk/operations/${id}`);
    expect(body).toMatchObject({ parameters: { target: { student_ids: [own.id, other.id] } } });
  });

  it('mass assignments keep to the same limits [BO-195]', async () => {
    const { own, other } = await pair();
    const params = {
      target: { student_ids: [own.id, other.id] },
      content_payload: { sequence_ids: [await aSequence(database, school.orgId)] },
      overrides: { [other.id]: { conflict_policy: 'skip' } },
    };
    const { id } = await create(school.engine, school.admin, { kind: 'assign_sequence', name: 'Give', params });
    await run(school, id);
    await expectSeen(unitAdmin, id, { seen: [own], hidden: [other] }, 'mass');
    await expectSeen(school.admin, id, { seen: [own, other], hidden: [] }, 'mass');
    const { body } = await get(unitAdmin, `/api/v1/mass-assignments/${id}`);
    expect(body).toMatchObject({ student_count: 2, target_students: [own.id], target: {}, overrides: {} });
    const events = await get(unitAdmin, `/api/events?operation_id=${id}`);
    expect([events.hidden, events.text.includes(own.id), events.text.includes(other.id)]).toEqual([1, true, false]);
    expect((await get(school.admin, `/api/events?operation_id=${id}`)).text).toContain(other.id);
  });

  it('errors are counted of those alone who are seen', async () => {
    const { own, other } = await pair();
    const id = await update(school.admin, [own, other], { versions: { [own.id]: 99, [other.id]: 99 } });
    const results = async (as: Actor) => (await get(as, `/api/bulk/operations/${id}/results`)).body;
    expect(await results(school.admin)).toMatchObject({ failed_items: 2, errors_by_code: { newer_data: 2 } });
    expect(await results(unitAdmin)).toMatchObject({ failed_items: 2, errors_by_code: { newer_data: 1 }, hidden: 1 });
    const report = await get(unitAdmin, `/api/bulk/operations/${id}/report.csv?status=failed`);
    expect([report.hidden, report.text.includes(own.given), report.text.includes(other.given)]).toEqual([
      1,
      true,
      false,
    ]);
  });
});

describe('items about nobody are judged by what they change', () => {
  it('of an import of new people into two units those of the own one are seen', async () => {
    const [own, other] = [`Newown${newId().slice(-6)}`, `Newother${newId().slice(-6)}`];
    const line = (given: string, unit: string) => `${given}@mail.example,${given},Known,${unit}`;
    const { id } = await stagedImport(
      school,
      `email,given_name,family_name,unit\n${line(own, 'Own')}\n${line(other, 'Other')}\n`,
    );
    expect(await run(school, id)).toMatchObject({ successful_items: 2 });
    const known = async (given: string) => {
      const [found] = await query(school, sql<{ id: string }>`select id from users where given_name = ${given}`);
      return { id: found?.id ?? '', given };
    };
    const rows = await get(unitAdmin, `/api/bulk/operations/${id}/report.csv?status=success`);
    expect([rows.hidden, rows.text.includes(own), rows.text.includes(other)]).toEqual([1, true, false]);
    const faults = { without: `${BULK}/report.csv` };
    await expectSeen(unitAdmin, id, { seen: [await known(own)], hidden: [await known(other)], ...faults });
    await expectSeen(school.admin, id, { seen: [await known(own), await known(other)], hidden: [], ...faults });
  });

  it('of a cascade over classrooms of two units that of the own one is seen', async () => {
    const { own, other } = await pair();
    const classroom = async (name: string, unitId: string, member: Person) => {
      const id = newId();
      await query(
        school,
        sql`insert into classrooms (org_id, id, name, unit_id) values (${school.orgId}, ${id}, ${name}, ${unitId})`,
      );
      await query(
        school,
        sql`insert into classroom_students (org_id, id, classroom_id, student_id) values (${school.orgId}, ${newId()}, ${id}, ${member.id})`,
      );
      return { id, given: name };
    };
    const rooms = [await classroom('Roomown', units.own, own), await classroom('Roomother', units.other, other)];
    const courseId = newId();
    await query(
      school,
      sql`insert into courses (org_id, id, title) values (${school.orgId}, ${courseId}, 'Chemistry')`,
    );
    const params = { classroom_ids: rooms.map((room) => room.id), course_id: courseId };
    const { id } = await create(school.engine, school.admin, { kind: 'assign_course', name: 'Cascade', params });
    expect(await run(school, id)).toMatchObject({ successful_items: 2 });
    await expectSeen(unitAdmin, id, { seen: rooms.slice(0, 1), hidden: [...rooms.slice(1), other] });
    await expectSeen(school.admin, id, { seen: rooms, hidden: [] });
  });

  it('an operation of which nothing is within reach is not there', async () => {
    const { other } = await pair();
    const id = await update(school.admin, [other]);
    expect((await get(unitAdmin, `/api/bulk/operations/${id}/items`)).status).toBe(404);
    expect((await get(unitAdmin, '/api/bulk/operations')).text).not.toContain(id);
  });
});

describe('whoever made an operation and has other rights now', () => {
  const setRights = (actor: Actor, role: string, unitId: string) =>
    query(school, sql`update users set roles = array[${role}], unit_id = ${unitId} where id = ${actor.userId}`);
  const anAdmin = () => aPerson(database, school.orgId, { name: 'Sam Second', roles: ['subscriber_admin'] });

  it('sees of it what is within reach now', async () => {
    const { own, other } = await pair();
    const maker = await anAdmin();
    const id = await update(maker, [own, other]);
    await setRights(maker, 'teacher_admin', units.own);
    await expectSeen(maker, id, { seen: [own], hidden: [other] });
    const preview = await get(maker, `/api/bulk/operations/${id}/rollback/preview`);
    expect(preview).toMatchObject({ status: 200, hidden: 1 });
    expect(preview.text).toContain(own.given);
    expect(preview.text).not.toContain(other.given);
    expect(preview.text).not.toContain(other.id);
  });

  it('sees nobody once they have nobody', async () => {
    const { own, other } = await pair();
    const maker = await anAdmin();
    const id = await update(maker, [own, other]);
    await setRights(maker, 'teacher', units.own);
    const readers = (await readAll(maker, id)).filter(({ status }) => status === 200);
    expect(readers.map(({ reader }) => reader)).toContain(`${BULK}/items`);
    for (const { reader, text } of readers)
      for (const { id: personId, given } of [own, other]) {
        expect(text, reader).not.toContain(given);
        expect(text, reader).not.toContain(personId);
      }
    await setRights(maker, 'student', units.own);
    expect((await get(maker, `/api/bulk/operations/${id}/items`)).status).not.toBe(200);
  });

  it('sees after a move to another unit those of that one, and before it everything they were told', async () => {
    const { own, other } = await pair();
    const maker = await aPerson(database, school.orgId, {
      name: 'Una Mover',
      roles: ['teacher_admin'],
      unitId: units.own,
    });
    const id = await update(maker, [own, other]);
    const items = async () => (await get(maker, `/api/bulk/operations/${id}/items`)).body;
    expect(await items()).toMatchObject({ total: 2, hidden: 0 });
    await setRights(maker, 'teacher_admin', units.other);
    expect(await items()).toMatchObject({ items: [{ subject_id: other.id }], hidden: 1 });
  });
});
