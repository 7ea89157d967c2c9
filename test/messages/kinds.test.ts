/** What kinds and the engine write down is understood: each message says in words what it is about. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import { runNow } from '../../packages/server/src/engine/verbs/run-now.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import type { Mail } from '../../packages/server/src/worker/deliver-mail.ts';
import { deliverDue } from '../../packages/server/src/worker/deliver.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aPerson, aSchool, query, students, work, type School } from '../fixtures/school.ts';
import { queued } from '../fixtures/stepwise.ts';
import { create } from '../fixtures/create.ts';

let database: TestDatabase;
let school: School;
let teacher: Actor;
let student: Actor;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  school = await aSchool(database, { name: 'North School' });
  teacher = await aPerson(database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
  student = await aPerson(database, school.orgId, { name: 'Ana Ruiz', roles: ['student'] });
});

async function act(kind: string, params: object): Promise<readonly string[]> {
  const { items } = await runNow({ engine: school.engine, actor: school.admin }, { kind, name: kind, params });
  return items.flatMap((item) => item.entity_ids);
}

/** Everything that is due, by the name of who gets it. */
async function mails(): Promise<Record<string, Mail[]>> {
  const sent: Record<string, Mail[]> = {};
  const mailer = {
    send: async (mail: Mail) => {
      (sent[mail.to.name] ??= []).push(mail);
    },
    close: () => undefined,
  };
  const publicUrl = 'https://muster.example';
  await deliverDue({ database, now: school.engine.now, mailer, publicUrl });
  return sent;
}

async function lost(): Promise<readonly { topic: string; last_error: string | null }[]> {
  return query(
    school,
    sql<{ topic: string; last_error: string | null }>`
    select topic, last_error from outbox where status in ('waiting', 'failed') and topic <> 'batch.teacher_changed'`,
  );
}

async function aCourse(): Promise<string> {
  const id = newId();
  await query(school, sql`insert into courses (org_id, id, title) values (${school.orgId}, ${id}, 'Physics')`);
  return id;
}

it('a teacher hears of a batch, and its students of their enrollment, both with the weekly times', async () => {
  const courseId = await aCourse();
  const batch = {
    course_id: courseId,
    batch_name: 'Evening',
    start_date: '2027-01-11',
    end_date: '2027-03-12',
    capacity: 10,
    assigned_instructor: teacher.userId,
    schedule: [{ day: 'Monday', start_time: '18:00', end_time: '20:00' }],
  };
  await act('batch_create', { batches: [batch] });
  const [made] = await query(school, sql<{ id: string }>`select id from batches`);
  await act('enrollment_create', { student_ids: [student.userId], course_id: courseId, batch_id: made?.id });
  const sent = await mails();
  const facts = '- Physics: Evening, from 11 January 2027 to 12 March 2027\n  Monday 18:00 to 20:00';
  expect(sent['Tea Cher']).toMatchObject([
    { subject: 'North School: you teach Evening', text: expect.stringContaining(facts) },
  ]);
  expect(sent['Ana Ruiz']).toMatchObject([
    { subject: 'North School: you are enrolled in Physics', text: expect.stringContaining(facts) },
  ]);
  expect(await lost()).toEqual([]);
});

it('an enrollment without batch is told by its course', async () => {
  await act('enrollment_create', { student_ids: [student.userId], course_id: await aCourse() });
  expect((await mails())['Ana Ruiz']).toMatchObject([
    { text: expect.stringContaining('has enrolled you in:\n\n- Physics\n') },
  ]);
});

it('instructor and student are told of each other, and of the end', async () => {
  await act('mentor_assign', {
    instructor_ids: [teacher.userId],
    student_ids: [student.userId],
    assignment_type: 'tutor',
    notes: 'Fractions',
  });
  const told = await mails();
  expect(told['Tea Cher']).toMatchObject([
    { subject: 'North School: you are the tutor of Ana Ruiz', text: expect.stringContaining('Notes: Fractions') },
  ]);
  const [{ email } = { email: '' }] = await query(
    school,
    sql<{ email: string }>`select email from users where id = ${teacher.userId}`,
  );
  expect(told['Ana Ruiz']).toMatchObject([
    {
      subject: 'North School: Tea Cher is your tutor',
      text: expect.stringContaining(`You can reach Tea Cher at ${email}`),
    },
  ]);
  await act('mentor_unassign', { student_ids: [student.userId] });
  const ended = await mails();
  expect(ended['Tea Cher']).toMatchObject([{ subject: expect.stringContaining('no longer') }]);
  expect(ended['Ana Ruiz']).toMatchObject([{ subject: expect.stringContaining('no longer') }]);
  expect(await lost()).toEqual([]);
});

it('whoever started an operation hears of its end where it ran on in the background, and not of single edits', async () => {
  const target = { student_ids: await students(database, school.orgId, 3) };
  const { id } = await create(school.engine, school.admin, {
    kind: 'user_status',
    name: 'Summer',
    params: { target, status: 'inactive' },
  });
  await queued(school, id);
  await work(school, id);
  await act('edit_record', { entity: 'term', edits: [{ action: 'create', values: { key: '26A', name: '26A' } }] });
  expect(await mails()).toEqual({
    'Ada Admin': [
      expect.objectContaining({
        subject: 'North School: "Summer" is completed',
        text: expect.stringContaining(`3 done, 0 failed, 0 skipped.\n\nhttps://muster.example/operations/${id}`),
      }),
    ],
  });
});

it('of an operation that failed, the mail names what went wrong [BO-162]', async () => {
  const target = { student_ids: [newId(), newId()] };
  const { id } = await create(school.engine, school.admin, {
    kind: 'user_status',
    name: 'Winter',
    params: { target, status: 'inactive' },
  });
  await queued(school, id);
  await work(school, id);
  const [mail] = (await mails())['Ada Admin'] ?? [];
  expect(mail?.subject).toBe('North School: "Winter" is failed');
  expect(mail?.text).toContain('0 done, 2 failed, 0 skipped.\n\nWhat went wrong: user not found (2).');
});

it('there is one mail for each operation that ended in the background, however it ended [BO-400]', async () => {
  const change = async (name: string, studentIds: string[]) => {
    const params = { target: { student_ids: studentIds }, status: 'suspended' };
    const { id } = await create(school.engine, school.admin, { kind: 'user_status', name, params });
    await queued(school, id);
    return id;
  };
  const ids = await students(database, school.orgId, 9);
  const whole = await change('Whole', ids.slice(0, 3));
  const part = await change('Part', [newId(), ...ids.slice(3, 6)]);
  const none = await change('None', [newId()]);
  const going = await change('Going on', ids.slice(6));
  for (const id of [whole, part, none]) await work(school, id);
  const sent = await mails();
  expect(Object.keys(sent)).toEqual(['Ada Admin']);
  const texts = (sent['Ada Admin'] ?? []).map(({ text }) => text);
  expect(texts.sort()).toEqual([
    expect.stringMatching(new RegExp(`"None" is failed: 0 done, 1 failed[^]*operations/${none}`)),
    expect.stringMatching(new RegExp(`"Part" is completed: 3 done, 1 failed[^]*operations/${part}`)),
    expect.stringMatching(new RegExp(`"Whole" is completed: 3 done, 0 failed[^]*operations/${whole}`)),
  ]);
  expect(await mails()).toEqual({});
  await work(school, going);
  expect((await mails())['Ada Admin']).toHaveLength(1);
});
