/** Who is worked on: listed ids, new users, a filter, and what they come to together. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPerson, aUnit } from '../../fixtures/school.ts';
import { caller, callerOf, type Call } from '../../fixtures/http.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { aLearnerSchool, enrollmentsIn, PATH, type LearnerSchool, only } from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

const newUser = (email: string, more: object = {}) => ({ email, full_name: 'Tess Moor', ...more });
interface Result {
  readonly user_id: string | null;
  readonly user_email: string | null;
  readonly status: string;
  readonly message?: string;
  readonly warning?: string;
}

async function emailOf(id: string): Promise<string> {
  const [found] = await school.query(
    sql<{ email: string }>`select email from users where org_id = ${school.orgId} and id = ${id}`,
  );
  return found?.email ?? '';
}

async function aClassroom(unitId: string): Promise<string> {
  const id = newId();
  await school.query(
    sql`insert into classrooms (org_id, id, name, unit_id) values (${school.orgId}, ${id}, 'Room', ${unitId})`,
  );
  return id;
}

describe('the union', () => {
  it('of ids, new users and a filter has each learner once, in this order, in every run [LA-082, LA-083, LA-087, LA-090]', async () => {
    const [source, one, two] = [await school.batch(), await school.batch(), await school.batch()];
    const [listed, filtered] = [await school.learners(5), await school.learners(23)];
    await school.assign({ user_ids: [...filtered, listed[2]], assignments: only(source) });
    const wanted = {
      user_ids: [...listed, listed[0]],
      new_users: ['a', 'b', 'c'].map((name) => newUser(`${name}@union.example`)),
      user_filter: { source_package_session_id: source },
      assignments: [...only(one), ...only(two)],
      options: { dry_run: true },
    };
    const { body } = await school.assign(wanted);
    expect(body.summary.total_requested).toBe(31 * 2);
    const order = [...listed, null, null, null, ...filtered];
    expect(body.results.map((row: Result) => row.user_id)).toEqual([...order, ...order]);
    expect(body.results.slice(5, 8).map((row: Result) => row.user_email)).toEqual([
      'a@union.example',
      'b@union.example',
      'c@union.example',
    ]);
    expect((await school.assign(wanted)).body.results).toEqual(body.results);
  });

  it('can be of a filter alone, with the states it names and no others [LA-053, LA-068, LA-069]', async () => {
    const [source, ids] = [await school.batch(), await school.learners(4)];
    const [active = '', cancelled = '', terminated = ''] = ids;
    await school.assign({ user_ids: ids, assignments: only(source) });
    await school.deassign({ user_ids: [cancelled], package_session_ids: [source] });
    await school.deassign({ user_ids: [terminated], package_session_ids: [source], options: { mode: 'HARD' } });
    const found = async (filter: object): Promise<(string | null)[]> => {
      const reply = await school.assign({
        user_filter: { source_package_session_id: source, ...filter },
        assignments: only(await school.batch()),
        options: { dry_run: true },
      });
      expect(reply.status).toBe(200);
      return reply.body.results.map((row: Result) => row.user_id);
    };
    expect(await found({})).toEqual([active, ids[3]]);
    expect(await found({ statuses: ['ACTIVE', 'CANCELED'] })).toEqual([active, cancelled, ids[3]]);
    expect(await found({ statuses: ['TERMINATED'] })).toEqual([terminated]);
    for (const [state, stored] of [
      ['COMPLETED', 'completed'],
      ['ON_HOLD', 'on_hold'],
      ['EXPIRED', 'expired'],
    ]) {
      await school.query(
        sql`update enrollments set status = ${stored} where org_id = ${school.orgId} and batch_id = ${source} and student_id = ${active}`,
      );
      expect(await found({ statuses: [state] })).toEqual([active]);
    }
  }, 30_000);

  it('of a filter on a batch of another organization, or an unknown one, is refused as not found [LA-089]', async () => {
    const other = await aLearnerSchool(school.database, school.app);
    const target = await school.batch();
    for (const source of [await other.batch(), 'b-280']) {
      const before = await school.counts();
      const { status, body } = await school.assign({
        user_filter: { source_package_session_id: source },
        assignments: only(target),
      });
      expect([status, body.message]).toEqual([400, 'Package session not found']);
      expect(await school.counts()).toEqual(before);
    }
  });
});

describe('new users', () => {
  it('become people with what was sent and the source defaults [LA-052, LA-059, LA-060, LA-061, LA-064, LA-066]', async () => {
    const batch = await school.batch();
    const { body } = await school.assign({
      new_users: [
        newUser('tess@school.example', { mobile_number: '+3215550100', gender: 'female' }),
        newUser('other@school.example', {
          username: 'other.one',
          full_name: 'Moor, Other',
          roles: ['STUDENT', 'TEACHER'],
        }),
        { email: 'nameless@school.example' },
      ],
      assignments: only(batch),
    });
    expect(body.summary).toMatchObject({ successful: 2, failed: 1 });
    const [tess, other] = await Promise.all(
      body.results.slice(0, 2).map((row: Result) => school.admin('GET', `/api/users/${row.user_id ?? ''}`)),
    );
    expect(tess.body).toMatchObject({
      email: 'tess@school.example',
      username: 'tess@school.example',
      full_name: 'Tess Moor',
      given_name: 'Tess',
      family_name: 'Moor',
      phone: '+3215550100',
      gender: 'female',
      roles: ['student'],
      status: 'active',
    });
    expect(other.body).toMatchObject({ username: 'other.one', full_name: 'Other Moor', roles: ['student', 'teacher'] });
    expect(body.results[2]).toMatchObject({
      user_id: null,
      status: 'FAILED',
      message: 'User creation failed: Full name is missing',
    });
  });

  it('with a missing or malformed e-mail fail alone, and the request goes on [LA-058, LA-131, LA-132]', async () => {
    const [batch, [known = '']] = [await school.batch(), await school.learners(1)];
    const wanted = {
      user_ids: [known],
      assignments: only(batch),
      new_users: [{ full_name: 'No Mail' }, newUser('not an address'), newUser('good@mail.example')],
    };
    const preview = await school.assign({ ...wanted, options: { dry_run: true } });
    expect(preview.body.results).toMatchObject([
      { user_id: known, user_email: await emailOf(known), status: 'SUCCESS' },
      { user_id: null, user_email: null, status: 'FAILED', message: 'User creation failed: Email is missing' },
      {
        user_id: null,
        user_email: 'not an address',
        status: 'FAILED',
        message: 'User creation failed: Email is not valid',
      },
      { user_id: null, user_email: 'good@mail.example', status: 'SUCCESS' },
    ]);
    const run = await school.assign(wanted);
    expect(run.status).toBe(200);
    expect(run.body.results.map((row: Result) => row.status)).toEqual(['SUCCESS', 'FAILED', 'FAILED', 'SUCCESS']);
    expect(run.body.results[1].user_id).toBeNull();
    expect(run.body.results[3].user_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('are the learner who is selected with the same e-mail, whatever its case [LA-084]', async () => {
    const [source, batch, [listed = '', filtered = '']] = [
      await school.batch(),
      await school.batch(),
      await school.learners(2),
    ];
    await school.assign({ user_ids: [filtered], assignments: only(source) });
    const { users } = await school.counts();
    const emails = [(await emailOf(listed)).toUpperCase(), await emailOf(filtered)];
    const { body } = await school.assign({
      user_ids: [listed],
      new_users: emails.map((email) => newUser(email)),
      user_filter: { source_package_session_id: source },
      assignments: only(batch),
    });
    expect(body.results.map((row: Result) => [row.user_id, row.status])).toEqual([
      [listed, 'SUCCESS'],
      [filtered, 'SUCCESS'],
    ]);
    expect((await school.counts())['users']).toBe(users);
  });

  it('with the e-mail or user name of somebody who is not selected fail, in the dry run as in the run [LA-085, LA-233]', async () => {
    const [batch, [known = '']] = [await school.batch(), await school.learners(1)];
    await school.query(sql`update users set username = 'taken' where org_id = ${school.orgId} and id = ${known}`);
    const wanted = {
      new_users: [newUser((await emailOf(known)).toUpperCase()), newUser('free@school.example', { username: 'TAKEN' })],
      assignments: only(batch),
    };
    for (const dry_run of [true, false]) {
      const { body } = await school.assign({ ...wanted, options: { dry_run } });
      expect(body.results.map((row: Result) => [row.user_id, row.status, row.message])).toEqual([
        [null, 'FAILED', 'User creation failed: Email already exists'],
        [null, 'FAILED', 'User creation failed: Username already exists'],
      ]);
    }
  });

  it('with the same e-mail twice are worked on once, with a warning [LA-086]', async () => {
    const batches = [await school.batch(), await school.batch()];
    const { users = 0 } = await school.counts();
    const { body } = await school.assign({
      new_users: [newUser('twice@school.example'), newUser('Twice@School.example')],
      assignments: batches.flatMap(only),
    });
    expect(body.results.map((row: Result) => row.status)).toEqual(['SUCCESS', 'SUCCESS']);
    expect(body.results[0].warning).toContain('twice@school.example is given more than once');
    expect(body.results[0].user_id).toBe(body.results[1].user_id);
    expect((await school.counts())['users']).toBe(users + 1);
  });

  it('get only roles that the caller may give, and have to be students [LA-065]', async () => {
    const unitId = await aUnit(school.database, school.orgId, 'own');
    const person = await aPerson(school.database, school.orgId, {
      name: 'Tea Admin',
      roles: ['teacher_admin'],
      unitId,
    });
    const teacherAdmin = await callerOf(school.app, school.database, school.orgId, person.userId ?? '');
    const batch = await school.batch({ classroomId: await aClassroom(unitId) });
    const messages = async (call: Call, roles: string[]): Promise<(string | undefined)[]> => {
      const body = {
        institute_id: school.orgId,
        new_users: [newUser('role@school.example', { roles })],
        assignments: only(batch),
        options: { dry_run: true },
      };
      return (await call('POST', `${PATH}/assign`, body)).body.results.map((row: Result) => row.message);
    };
    expect(await messages(teacherAdmin, ['ADMIN'])).toEqual([
      'User creation failed: Role ADMIN may not be given by you',
    ]);
    expect(await messages(teacherAdmin, ['STUDENT', 'TEACHER_ADMIN'])).toEqual([
      'User creation failed: Role TEACHER_ADMIN may not be given by you',
    ]);
    expect(await messages(school.admin, ['ADMIN'])).toEqual(['User creation failed: Only a student can be enrolled']);
    expect(await messages(school.admin, ['WIZARD'])).toEqual(['User creation failed: Role WIZARD does not exist']);
    expect(await messages(teacherAdmin, ['STUDENT'])).toEqual(['A free default invite will be made']);
    const made = await teacherAdmin('POST', `${PATH}/assign`, {
      institute_id: school.orgId,
      new_users: [newUser('own@school.example')],
      assignments: only(batch),
    });
    expect((await school.admin('GET', `/api/users/${made.body.results[0].user_id}`)).body.unit_id).toBe(unitId);
  });

  it('sign in with the password that was sent, or set one by a link; no answer, event, message or plan holds it [LA-062]', async () => {
    const batch = await school.batch();
    const password = 'a very secret word';
    const reply = await school.assign({
      new_users: [newUser('with@password.example', { password }), newUser('without@password.example')],
      assignments: only(batch),
    });
    const anybody = caller(school.app);
    const entered = await anybody('POST', '/api/login', { email: 'with@password.example', password });
    expect(entered.status).toBe(200);
    const link = await school.admin('POST', `/api/users/${reply.body.results[1].user_id}/claim-link`);
    const token = decodeURIComponent(String(link.body.claim_url).split('token=')[1] ?? '');
    expect((await anybody('POST', '/api/claim', { token, password: 'chosen by myself' })).status).toBe(200);
    expect(
      (await anybody('POST', '/api/login', { email: 'without@password.example', password: 'chosen by myself' })).status,
    ).toBe(200);
    const waiting = await school.query(sql<{ topic: string }>`
      select topic from outbox where org_id = ${school.orgId} and operation_id = ${reply.body.operation_id} and topic = 'account.claim'`);
    expect(waiting).toHaveLength(2);
    expect(JSON.stringify(reply.body)).not.toContain(password);
    for (const table of ['operations', 'operation_items', 'changes', 'events', 'outbox', 'audit', 'users']) {
      const found = await school.query(
        sql`select from ${sql.table(table)} t where org_id = ${school.orgId} and to_jsonb(t)::text like ${`%${password}%`}`,
      );
      expect([table, found]).toEqual([table, []]);
    }
  });
});

describe('people', () => {
  it('who are no students, or not active, are not enrolled', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(4)];
    const [teacher = '', inactive = '', archived = ''] = ids;
    await school.query(sql`update users set roles = '{teacher}' where org_id = ${school.orgId} and id = ${teacher}`);
    await school.query(sql`update users set status = 'inactive' where org_id = ${school.orgId} and id = ${inactive}`);
    await school.query(sql`update users set status = 'archived' where org_id = ${school.orgId} and id = ${archived}`);
    const { body } = await school.assign({ user_ids: ids, assignments: only(batch) });
    expect(body.results.map((row: Result) => row.status)).toEqual(['FAILED', 'FAILED', 'FAILED', 'SUCCESS']);
    expect(body.results[0].message).toContain('is not a student');
    expect(body.results[1].message).toContain('is inactive');
    expect(await enrollmentsIn(school, batch)).toHaveLength(1);
  });

  it('outside the units of a teacher_admin are neither enrolled nor named', async () => {
    const unitId = await aUnit(school.database, school.orgId, 'mine');
    const person = await aPerson(school.database, school.orgId, {
      name: 'Tea Admin',
      roles: ['teacher_admin'],
      unitId,
    });
    const call = await callerOf(school.app, school.database, school.orgId, person.userId ?? '');
    const [source, batch, [own = '', foreign = '']] = [
      await school.batch(),
      await school.batch({ classroomId: await aClassroom(unitId) }),
      await school.learners(2),
    ];
    await school.query(sql`update users set unit_id = ${unitId} where org_id = ${school.orgId} and id = ${own}`);
    await school.assign({ user_ids: [own, foreign], assignments: only(source) });
    const body = {
      institute_id: school.orgId,
      user_ids: [foreign],
      user_filter: { source_package_session_id: source },
      assignments: only(batch),
    };
    const { body: answer } = await call('POST', `${PATH}/assign`, body);
    expect(answer.results).toMatchObject([
      { user_id: foreign, user_email: null, status: 'FAILED', user_name: foreign },
      { user_id: own, status: 'SUCCESS' },
    ]);
    const elsewhere = await call('POST', `${PATH}/assign`, { ...body, assignments: only(source) });
    expect(elsewhere.body.results[1].message).toBe('Grade 10 is outside the units you are responsible for.');
  });
});
