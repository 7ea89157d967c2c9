/** Setting right what went wrong: counts, orphaned assignments, and what the calendar does by itself. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCountsAtNight, moveBatchesByDate } from '../../../packages/server/src/worker/upkeep.ts';
import { testEngine } from '../../fixtures/school.ts';
import { aMentorSchool, AUTH, inOrganization, type MentorSchool, type Person } from './mentors-api.ts';

const clock = { now: new Date() };
let school: MentorSchool;
let teacher: Person;
beforeAll(async () => {
  school = await aMentorSchool(clock);
  teacher = await school.person('Omar Daud', 'teacher');
});
afterAll(async () => {
  await school.app.close();
  await school.database.drop();
});

const students = (count: number, of = school): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => of.person(`Student ${String(n)}`, 'student')));
const ids = (people: readonly Person[]): string[] => people.map((person) => person.id);

async function planned(of: MentorSchool, kind: string, parameters: object = {}) {
  const made = await of.admin('POST', '/api/bulk/operations', {
    operation_type: kind,
    operation_name: kind,
    parameters,
  });
  expect(made.status).toBe(201);
  const { body } = await of.admin('GET', `/api/bulk/operations/${made.body.id}/preview/?limit=100`);
  const start = () =>
    of.admin('POST', `/api/bulk/operations/${made.body.id}/start/`, { plan_hash: made.body.plan_hash });
  return {
    items: body.items,
    start,
    run: async () => {
      const started = await start();
      expect(started.status).toBeLessThan(300);
      return started.body;
    },
  };
}

async function countOf(of: MentorSchool, batchId: string): Promise<number | undefined> {
  const [row] = await of.query(
    sql<{ n: number }>`select enrolled_students as n from batches where org_id = ${of.orgId} and id = ${batchId}`,
  );
  return row?.n;
}

async function setByHand(of: MentorSchool, batchId: string, values: ReturnType<typeof sql>): Promise<void> {
  await of.query(sql`update batches set ${values} where org_id = ${of.orgId} and id = ${batchId}`);
}

describe('repairing counts', () => {
  it('sets the number to that of the active enrollments, after a dry run that lists old and new [IA-277 to IA-279, IA-315]', async () => {
    const own = await inOrganization(school.app, school.database, 'Counts');
    const mara = await own.person('Mara', 'teacher');
    const [a = '', b = '', c = '', d = '', e = ''] = ids(await students(5, own));
    const [wrong, alsoWrong, right] = [
      await own.batch(mara.id, 'active', { active: [a, b, c], cancelled: [d, e] }),
      await own.batch(mara.id, 'active', { active: [a] }),
      await own.batch(mara.id, 'active', { active: [a, b] }),
    ];
    await setByHand(own, wrong, sql`enrolled_students = 99, capacity = null`);
    await setByHand(own, alsoWrong, sql`enrolled_students = 0`);
    const all = await planned(own, 'repair_counts');
    expect(all.items).toHaveLength(2);
    const figures = all.items.map((item: { changes: { fields: unknown[] }[] }) => item.changes[0]?.fields[0]);
    expect(figures).toEqual(
      expect.arrayContaining([
        { field: 'enrolled_students', before: 99, after: 3 },
        { field: 'enrolled_students', before: 0, after: 1 },
      ]),
    );
    expect(await countOf(own, wrong)).toBe(99);
    const one = await planned(own, 'repair_counts', { batch_ids: [wrong] });
    expect(await one.run()).toMatchObject({ successful_items: 1, failed_items: 0 });
    expect([await countOf(own, wrong), await countOf(own, alsoWrong)]).toEqual([3, 0]);
    await (await planned(own, 'repair_counts')).run();
    expect([await countOf(own, wrong), await countOf(own, alsoWrong), await countOf(own, right)]).toEqual([3, 1, 2]);
    expect((await planned(own, 'repair_counts')).items).toEqual([]);
  });

  it('is refused where a number changed since the preview', async () => {
    const batchId = await school.batch(teacher.id, 'active', { active: ids(await students(2)) });
    await setByHand(school, batchId, sql`enrolled_students = 7`);
    const repair = await planned(school, 'repair_counts', { batch_ids: [batchId] });
    await setByHand(school, batchId, sql`enrolled_students = 6`);
    expect(await repair.start()).toMatchObject({ status: 409, body: { code: 'plan_stale' } });
    expect(await countOf(school, batchId)).toBe(6);
  });

  it('cannot be had by editing the record', async () => {
    const batchId = await school.batch(teacher.id);
    const { status } = await school.admin('POST', '/api/bulk/operations', {
      operation_type: 'edit_record',
      operation_name: 'Edit',
      parameters: {
        entity: 'batch_count',
        edits: [{ action: 'update', id: batchId, values: { enrolled_students: 5 } }],
      },
    });
    expect(status).toBe(400);
  });
});

describe('ending orphaned assignments', () => {
  const openOf = async (of: MentorSchool) =>
    of.query(sql<{ id: string; student_id: string; version: number }>`
      select id, student_id, version from mentorships where org_id = ${of.orgId} and ended_at is null order by id`);

  it('ends those whose teacher is gone or teaches no more and those whose student is gone, and leaves the others alone [IA-281 to IA-286]', async () => {
    const own = await inOrganization(school.app, school.database, 'Orphans');
    const people = await students(10, own);
    const [stays, leaves, changes] = await Promise.all(
      ['Stays', 'Leaves', 'Changes'].map((name) => own.person(name, 'teacher')),
    );
    for (const [n, { id }] of people.entries()) {
      const mentor = n === 0 ? leaves : n === 1 ? changes : stays;
      expect((await own.assign(mentor?.id ?? '', id, { notes: 'Note' })).status).toBe(200);
    }
    const before = await openOf(own);
    await own.admin('PATCH', `/api/users/${leaves?.id ?? ''}`, { status: 'archived' });
    await own.admin('PATCH', `/api/users/${changes?.id ?? ''}`, { roles: ['student'] });
    await own.admin('PATCH', `/api/users/${people[2]?.id ?? ''}`, { status: 'archived' });
    const cleanUp = await planned(own, 'repair_orphans');
    expect(cleanUp.items.map((item: { subject_id: string }) => item.subject_id).sort()).toEqual(
      ids(people.slice(0, 3)).sort(),
    );
    expect(await openOf(own)).toEqual(before);
    const done = await cleanUp.run();
    const orphans = new Set(ids(people.slice(0, 3)));
    expect(await openOf(own)).toEqual(before.filter((row) => !orphans.has(row.student_id)));
    const { body } = await own.admin('GET', `${AUTH}/get-all-students-with-instructors?search=Student 0`);
    expect(body.data.students[0]).toMatchObject({
      assigned_instructor: null,
      instructor_assignment_date: null,
      instructor_assignment_type: null,
      instructor_assignment_notes: null,
    });
    const trail = await own.admin('GET', `/api/audit?operation_id=${done.id}&entity=mentorship`);
    expect(trail.body.items).toHaveLength(3);
    await own.admin('PATCH', `/api/users/${leaves?.id ?? ''}`, { status: 'active' });
    await own.admin('PATCH', `/api/users/${changes?.id ?? ''}`, { roles: ['teacher'] });
    await own.admin('PATCH', `/api/users/${people[2]?.id ?? ''}`, { status: 'active' });
    const undone = await own.admin('POST', `/api/bulk/operations/${done.id}/rollback/`, {});
    expect(undone.status).toBeLessThan(300);
    expect((await openOf(own)).map((row) => row.id)).toEqual(before.map((row) => row.id));
    expect((await planned(own, 'repair_orphans')).items).toEqual([]);
  });

  it('ends the three students of a teacher who left, and no other [IA-316]', async () => {
    const own = await inOrganization(school.app, school.database, 'One leaves');
    const people = await students(5, own);
    const [stays, leaves] = [await own.person('Stays', 'teacher'), await own.person('Leaves', 'teacher')];
    for (const [n, { id }] of people.entries()) await own.assign(n < 3 ? leaves.id : stays.id, id);
    await own.admin('PATCH', `/api/users/${leaves.id}`, { status: 'archived' });
    expect(await (await planned(own, 'repair_orphans')).run()).toMatchObject({ successful_items: 3 });
    const open = await openOf(own);
    expect(open.map((row) => row.student_id).sort()).toEqual(ids(people.slice(3)).sort());
  });
});

describe('the calendar', () => {
  const at = (text: string): Date => new Date(text);
  const statusOf = async (of: MentorSchool, id: string) =>
    (await of.query(sql<{ status: string }>`select status from batches where org_id = ${of.orgId} and id = ${id}`))[0]
      ?.status;
  const dated = async (of: MentorSchool, mara: Person, status: string) => {
    const id = await of.batch(mara.id, status);
    await setByHand(of, id, sql`start_date = '2026-03-02', end_date = '2026-06-05'`);
    return id;
  };

  it('begins batches at the start and completes them after the end; nothing moves back or out of cancelled [IA-210]', async () => {
    const own = await inOrganization(school.app, school.database, 'Dates');
    const mara = await own.person('Mara', 'teacher');
    const runs = (now: string) => moveBatchesByDate(testEngine(school.database, () => at(now)));
    const upcoming = await dated(own, mara, 'upcoming');
    const early = await dated(own, mara, 'active');
    const cancelled = await dated(own, mara, 'cancelled');
    const completed = await dated(own, mara, 'completed');
    const all = async () => Promise.all([upcoming, early, cancelled, completed].map((id) => statusOf(own, id)));
    await runs('2026-03-01T12:00:00Z');
    expect(await all()).toEqual(['upcoming', 'active', 'cancelled', 'completed']);
    await runs('2026-03-02T12:00:00Z');
    expect(await all()).toEqual(['active', 'active', 'cancelled', 'completed']);
    await runs('2026-06-05T12:00:00Z');
    expect(await all()).toEqual(['active', 'active', 'cancelled', 'completed']);
    await runs('2026-06-06T12:00:00Z');
    expect(await all()).toEqual(['completed', 'completed', 'cancelled', 'completed']);
    const operations = await own.query(sql<{ id: string; source: string; status: string }>`
      select id, source, status from operations where org_id = ${own.orgId} and kind = 'batch_dates' order by id`);
    expect(operations).toMatchObject([{ source: 'calendar', status: 'completed' }, { status: 'completed' }]);
    const undone = await own.admin('POST', `/api/bulk/operations/${operations[1]?.id ?? ''}/rollback/`, {});
    expect(undone.status).toBeLessThan(300);
    expect(await all()).toEqual(['active', 'active', 'cancelled', 'completed']);
  });

  it('respects a status that somebody set on or after the day that would change it [IA-210]', async () => {
    const own = await inOrganization(school.app, school.database, 'By hand');
    const mara = await own.person('Mara', 'teacher');
    const id = await own.batch(mara.id, 'active');
    await setByHand(own, id, sql`start_date = current_date - 9, end_date = current_date - 5`);
    const put = await own.admin('POST', '/api/bulk/operations', {
      operation_type: 'edit_record',
      operation_name: 'Postpone',
      parameters: { entity: 'batch', edits: [{ action: 'update', id, values: { status: 'upcoming' } }] },
    });
    await own.admin('POST', `/api/bulk/operations/${put.body.id}/start/`, { plan_hash: put.body.plan_hash });
    await moveBatchesByDate(testEngine(school.database));
    expect(await statusOf(own, id)).toBe('upcoming');
  });

  it('goes by the clock of the organization, once however many do it at the same time', async () => {
    const own = await inOrganization(school.app, school.database, 'Far away');
    await school.database.global
      .updateTable('orgs')
      .set({ timezone: 'Pacific/Auckland' })
      .where('id', '=', own.orgId)
      .execute();
    const mara = await own.person('Mara', 'teacher');
    const id = await dated(own, mara, 'upcoming');
    const engine = testEngine(school.database, () => at('2026-03-01T11:30:00Z'));
    await Promise.all([1, 2, 3, 4].map(() => moveBatchesByDate(engine)));
    expect(await statusOf(own, id)).toBe('active');
    const made = await own.query(sql`select from operations where org_id = ${own.orgId} and kind = 'batch_dates'`);
    expect(made).toHaveLength(1);
  });

  it('checks the counts at night, plans the repair and tells the administrators, once a night [IA-280]', async () => {
    const own = await inOrganization(school.app, school.database, 'Nightly');
    const mara = await own.person('Mara', 'teacher');
    const batchId = await own.batch(mara.id);
    await setByHand(own, batchId, sql`enrolled_students = 7`);
    const told = async () =>
      own.query(sql<{ recipient_id: string; operation_id: string; payload: object }>`
        select recipient_id, operation_id, payload from outbox where org_id = ${own.orgId} and topic = 'batch.counts_wrong'`);
    await checkCountsAtNight(testEngine(school.database, () => at('2026-03-01T14:30:00Z')));
    expect(await told()).toEqual([]);
    const night = testEngine(school.database, () => at('2026-03-02T02:30:00Z'));
    await checkCountsAtNight(night);
    await checkCountsAtNight(night);
    const [notice, ...more] = await told();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({
      recipient_id: own.adminId,
      payload: { count: 1, batches: [{ id: batchId, stands: 7, number: 0 }] },
    });
    expect(await countOf(own, batchId)).toBe(7);
    const started = await own.admin('POST', `/api/bulk/operations/${notice?.operation_id ?? ''}/start/`, {});
    expect(started.status).toBeLessThan(300);
    expect(await countOf(own, batchId)).toBe(0);
  });

  it('works in the name of an account that nobody can sign in with', async () => {
    const account = await school.database.global
      .selectFrom('accounts')
      .selectAll()
      .where('id', '=', '00000000-0000-7000-8000-000000000001')
      .executeTakeFirstOrThrow();
    expect(account).toMatchObject({ email: null, password_hash: null });
  });
});
