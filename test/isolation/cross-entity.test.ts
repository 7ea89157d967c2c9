/** The ledger's matrix: an admin of one organization against another, row by row and in both directions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrg } from '../../packages/server/src/db/database.ts';
import type { App } from '../../packages/server/src/http/every-request/context.ts';
import { createSystemAdmin } from '../../packages/server/src/tenancy/accounts.ts';
import { openSession } from '../../packages/server/src/tenancy/sessions.ts';
import { LISTS, MATRIX, type Attempt, type Things } from '../../scripts/smoke/matrix.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { caller, callerOf, testApp, type Call } from '../fixtures/http.ts';
import { snapshot } from '../fixtures/snapshot.ts';
import { aSchoolOfClasses, done, made, people, type SchoolOfClasses } from '../http/classrooms/classroom-api.ts';

let database: TestDatabase;
let app: App;
let a: SchoolOfClasses;
let b: SchoolOfClasses;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  a = await aSchoolOfClasses(app, database, 'Aldermoor');
  b = await aSchoolOfClasses(app, database, 'Brackenfield');
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

function thingsOf(school: SchoolOfClasses): Things {
  return {
    classroom: school.classroomId,
    course: school.courseId,
    section: school.sectionIds[0] ?? '',
    batch: school.batchId,
    students: school.studentIds,
    teachers: school.teacherIds,
  };
}

const send = (call: Call, attempt: Attempt, own: SchoolOfClasses, other: SchoolOfClasses) =>
  call(attempt.method, attempt.path(thingsOf(own), thingsOf(other)), attempt.body?.(thingsOf(own), thingsOf(other)));

/** Everything that is refused, with what its own admin can see of it left out. */
async function attack(call: Call, own: SchoolOfClasses, other: SchoolOfClasses, name: string): Promise<void> {
  for (const attempt of MATRIX) {
    const [before, ours] = [await snapshot(database, other.orgId, []), await snapshot(database, own.orgId, [])];
    const reply = await send(call, attempt, own, other);
    expect([attempt.what, reply.status, reply.body.code]).toEqual([attempt.what, 403, 'cross_entity']);
    expect(reply.body.errors.length).toBeGreaterThan(0);
    for (const error of reply.body.errors) {
      expect(error).toEqual({
        code: 'cross_entity',
        field: expect.any(String),
        message: expect.any(String),
        correction: expect.any(String),
      });
    }
    expect(JSON.stringify(reply.body)).not.toMatch(new RegExp(`${name}|[0-9a-f]{8}-[0-9a-f]{4}-`));
    expect(await snapshot(database, other.orgId, [])).toEqual(before);
    expect(await snapshot(database, own.orgId, [])).toEqual(ours);
  }
}

describe('the matrix', () => {
  it('answers 403 to every read and write of another organization, tells nothing of it and changes nothing in either [CC-002, CC-139, CC-142, CC-143, CC-144, CC-145, CC-146, CC-148, CC-159, CC-160, CC-161, CC-162, CC-163 to CC-187, CC-080, CC-081, CC-082, CC-D06]', async () => {
    await attack(a.admin, a, b, 'Brackenfield');
  });

  it('is the same in the other direction, and leaves one entry in the trail of who tried for each attempt [CC-189, CC-D47]', async () => {
    const refusals = () =>
      inOrg(database, b.orgId, (tx) =>
        tx.db
          .selectFrom('audit')
          .select('actor_user')
          .where('org_id', '=', b.orgId)
          .where('action', '=', 'refused')
          .execute(),
      );
    const before = (await refusals()).length;
    await attack(b.admin, b, a, 'Aldermoor');
    const after = await refusals();
    expect(after.length - before).toBe(MATRIX.length);
    expect(new Set(after.map((entry) => entry.actor_user))).toEqual(new Set([b.userId]));
  });

  it('lists hold no row of the other, and a search for an exact name of it finds nothing [CC-188]', async () => {
    for (const path of LISTS) {
      for (const query of ['?limit=100', '?limit=100&q=Brackenfield']) {
        const reply = await a.admin('GET', `${path}${query}`);
        expect([path, reply.status]).toEqual([path, 200]);
        expect(JSON.stringify(reply.body)).not.toContain('Brackenfield');
      }
    }
  });

  it('refuses somebody with rights over the whole system who belongs to one organization [CC-141]', async () => {
    const id = await made(a.admin, '/api/users', {
      username: 'both',
      full_name: 'Both Rights',
      role: 'subscriber_admin',
      password: 'a long enough one',
    });
    const account = await inOrg(database, a.orgId, (tx) =>
      tx.db
        .selectFrom('users')
        .select('account_id')
        .where('org_id', '=', a.orgId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    );
    await database.owner.global
      .updateTable('accounts')
      .set({ is_system_admin: true })
      .where('id', '=', account.account_id ?? '')
      .execute();
    await attack(await callerOf(app, database, a.orgId, id), a, b, 'Brackenfield');
  });

  it('names every bad place of a list, and writes none of the good ones', async () => {
    const ids = [...a.studentIds.slice(0, 2), b.studentIds[0], a.studentIds[2], b.studentIds[1]];
    const reply = await a.admin('POST', `/api/batches/${a.batchId}/students`, { student_ids: ids });
    expect(reply.status).toBe(403);
    expect(reply.body.errors.map((error: { field: string }) => error.field)).toEqual([
      'student_ids.2',
      'student_ids.4',
    ]);
  });

  it('answers 404 to what exists nowhere, in the address as in lists [CC-D03]', async () => {
    const nowhere = crypto.randomUUID();
    const own = thingsOf(a);
    const gone: Things = {
      classroom: nowhere,
      course: nowhere,
      section: nowhere,
      batch: nowhere,
      students: [nowhere],
      teachers: [nowhere],
    };
    for (const attempt of MATRIX) {
      const reply = await a.admin(attempt.method, attempt.path(own, gone), attempt.body?.(own, gone));
      expect([attempt.what, reply.status, reply.body.code]).toEqual([attempt.what, 404, 'not_found']);
    }
  });

  it('answers 401 to nobody and to a token that is none, and does nothing; a token comes from signing in [CC-124, CC-125]', async () => {
    const signIn = (password: string) => caller(app)('POST', '/api/login', { login: a.email, password });
    const signedIn = await signIn('correct horse');
    expect((await caller(app, signedIn.body.token)('GET', `/api/classrooms/${a.classroomId}`)).status).toBe(200);
    expect((await signIn('wrong')).status).toBe(401);
    for (const call of [caller(app), caller(app, 'not-a-token')]) {
      for (const attempt of MATRIX)
        expect([attempt.what, (await send(call, attempt, a, a)).status]).toEqual([attempt.what, 401]);
    }
  });

  it('writes each refused attempt into the trail of who made it, and an alert for many [CC-D04]', async () => {
    const { items } = await done(b.admin('GET', '/api/audit?limit=100&order=desc'));
    const own = await anotherAdmin(b);
    for (let attempt = 1; attempt <= 51; attempt++) await own('GET', `/api/classrooms/${a.classroomId}`);
    const later = await done(b.admin('GET', '/api/audit?limit=100&order=desc'));
    const known = new Set(items.map((entry: { id: string }) => entry.id));
    const added = later.items.filter((entry: { id: string }) => !known.has(entry.id));
    const of = (action: string) => added.filter((entry: { action: string }) => entry.action === action);
    expect(of('refused')).toHaveLength(51);
    expect(of('refused')[0].detail).toEqual({
      code: 'cross_entity',
      method: 'GET',
      route: '/api/classrooms/:id',
      fields: ['id'],
    });
    expect(of('alert')).toHaveLength(1);
    const ids = [...b.sectionIds, b.classroomId, b.courseId, b.batchId];
    expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(ids.length);
  });
});

async function anotherAdmin(school: SchoolOfClasses): Promise<Call> {
  const username = `second-${crypto.randomUUID()}`;
  const id = await made(school.admin, '/api/users', {
    username,
    full_name: 'Second Admin',
    role: 'subscriber_admin',
    password: 'a long enough one',
  });
  return callerOf(app, database, school.orgId, id);
}

describe('who acts where', () => {
  it('an account of two organizations reaches both, and one request is about the organization of the object in the path [CC-140, CC-147]', async () => {
    const accountId = await inOrg(database, a.orgId, (tx) =>
      tx.db
        .selectFrom('users')
        .select('account_id')
        .where('org_id', '=', a.orgId)
        .where('id', '=', a.userId)
        .executeTakeFirstOrThrow(),
    );
    const person = await made(b.admin, '/api/users', { username: 'ax', full_name: 'A X', role: 'subscriber_admin' });
    await inOrg(database, b.orgId, (tx) =>
      tx.db
        .updateTable('users')
        .set({ account_id: accountId.account_id })
        .where('org_id', '=', b.orgId)
        .where('id', '=', person)
        .execute(),
    );
    for (const school of [a, b]) {
      expect((await a.admin('GET', `/api/classrooms/${school.classroomId}`)).body.id).toBe(school.classroomId);
    }
    const mixed = await a.admin('POST', `/api/classrooms/${a.classroomId}/students`, {
      student_ids: [b.studentIds[0]],
    });
    expect([mixed.status, mixed.body.code]).toEqual([403, 'cross_entity']);
    const other = await a.admin('POST', `/api/classrooms/${b.classroomId}/students`, {
      student_ids: [a.studentIds[0]],
    });
    expect(other.status).toBe(403);
    await inOrg(database, b.orgId, (tx) =>
      tx.db
        .updateTable('users')
        .set({ account_id: null })
        .where('org_id', '=', b.orgId)
        .where('id', '=', person)
        .execute(),
    );
    expect((await a.admin('GET', `/api/classrooms/${b.classroomId}`)).status).toBe(403);
  });

  it('a platform account without membership acts in the organization of the object; with one it is limited to it [CC-D02]', async () => {
    await createSystemAdmin(database.owner, { email: 'platform@example.org', password: 'a long enough one' });
    const account = await database.global
      .selectFrom('accounts')
      .select('id')
      .where('email', '=', 'platform@example.org')
      .executeTakeFirstOrThrow();
    const { token } = await openSession(database, account.id, null, new Date());
    const platform = caller(app, token);
    const roster = `/api/classrooms/${a.classroomId}/students`;
    expect((await platform('POST', roster, { student_ids: [b.studentIds[0]] })).body.code).toBe('cross_entity');
    expect((await platform('POST', roster, { student_ids: [a.studentIds[0]] })).status).toBe(200);
    expect((await platform('GET', `/api/batches/${b.batchId}/students`)).body.count).toBe(5);
    const [person] = await people(a.admin, 'subscriber_admin', 1);
    await inOrg(database, a.orgId, (tx) =>
      tx.db
        .updateTable('users')
        .set({ account_id: account.id })
        .where('org_id', '=', a.orgId)
        .where('id', '=', person ?? '')
        .execute(),
    );
    expect((await platform('GET', `/api/classrooms/${a.classroomId}`)).status).toBe(200);
    expect((await platform('GET', `/api/classrooms/${b.classroomId}`)).body.code).toBe('cross_entity');
  });
});
