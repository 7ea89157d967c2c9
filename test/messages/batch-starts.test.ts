/** What teachers and students hear of classes: at once what they teach, on the first day what they learn. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runNow } from '../../packages/server/src/engine/verbs/run-now.ts';
import type { App } from '../../packages/server/src/http/every-request/context.ts';
import type { Mail } from '../../packages/server/src/worker/deliver-mail.ts';
import { deliverDue } from '../../packages/server/src/worker/deliver.ts';
import { moveBatchesByDate } from '../../packages/server/src/worker/upkeep.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { callerOf, testApp, type Call } from '../fixtures/http.ts';
import { aPerson, aSchool, query, testEngine, type School } from '../fixtures/school.ts';
import { done, made } from '../http/classrooms/classroom-api.ts';

/** Far ahead: the database writes by its own clock from when a message may go. */
const FIRST_DAY = new Date('2099-01-11T07:00:00Z');
const DATES = { start_date: '2099-01-11', end_date: '2099-03-12' };

let database: TestDatabase;
let app: App;
let school: School;
let admin: Call;
beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
beforeEach(async () => {
  school = await aSchool(database, { name: 'North School' });
  admin = await callerOf(app, database, school.orgId, school.admin.userId ?? '');
});

async function person(name: string, role: string): Promise<string> {
  return (await aPerson(database, school.orgId, { name, roles: [role] })).userId ?? '';
}

/** Everything that is due by then, by the name of who gets it; what is left over from other tests is not sent to these. */
async function mails(now: Date): Promise<Record<string, Mail[]>> {
  const sent: Record<string, Mail[]> = {};
  const send = async (mail: Mail): Promise<void> => {
    (sent[mail.to.name] ??= []).push(mail);
  };
  await deliverDue({ database, now: () => now, mailer: { send, close: () => undefined } });
  return sent;
}

/** A batch that the cascade made, made to wait for its first day. */
async function waits(batchId: string, leadId: string, more: object = {}): Promise<void> {
  await change({ batch_id: batchId, ...DATES, status: 'Upcoming', assigned_instructor: leadId, ...more });
}

async function change(batch: object, notify = true): Promise<void> {
  const params = { batches: [batch], notify };
  const { operation } = await runNow(
    { engine: school.engine, actor: school.admin },
    { kind: 'batch_update', name: 'Change', params },
  );
  expect(operation.successful_items).toBe(1);
}

interface Classes {
  readonly teachers: readonly [string, string];
  readonly students: readonly string[];
  readonly batches: readonly [string, string];
}

/** The worked example with four students: two sections, first everybody in both, then split. */
async function theExample(): Promise<Classes> {
  const teachers = [await person('Mona Salem', 'teacher'), await person('Omar Khaled', 'teacher')] as const;
  const students: string[] = [];
  for (const name of ['Ana Ruiz', 'Ben Ode', 'Cara Lind', 'Dan Holt']) students.push(await person(name, 'student'));
  const room = `/api/classrooms/${await made(admin, '/api/classrooms', { name: 'Grade 7' })}`;
  await done(admin('POST', `${room}/students`, { student_ids: students, mode: 'set' }));
  await done(admin('POST', `${room}/teachers`, { teacher_ids: teachers, mode: 'set' }));
  const course = await made(admin, '/api/courses', { title: 'Physics' });
  const section = async (name: string): Promise<string> => {
    const id = await made(admin, `/api/courses/${course}/sections`, { name });
    return (await done(admin('POST', `${room}/assign-course`, { course_id: course, section_id: id }), 201)).batch.id;
  };
  const batches = [await section('A'), await section('B')] as const;
  for (const [at, batch] of batches.entries()) {
    await done(
      admin('POST', `/api/batches/${batch}/students`, { student_ids: students.slice(2 * at, 2 * at + 2), mode: 'set' }),
    );
    await done(admin('POST', `/api/batches/${batch}/teachers`, { teacher_ids: [teachers[at]], mode: 'set' }));
  }
  return { teachers, students, batches };
}

it('teachers hear of the whole example in one message each, students of their own batch once it starts [CC-D49]', async () => {
  const { teachers, batches } = await theExample();
  const hour = new Date('2099-01-04T10:05:00Z');
  await query(school, sql`update outbox set created_at = ${hour}, next_attempt_at = ${hour}`);
  const told = await mails(new Date('2099-01-04T11:00:00Z'));
  expect(Object.keys(told).sort()).toEqual(['Mona Salem', 'Omar Khaled']);
  expect(told['Mona Salem']).toHaveLength(1);
  expect(told['Mona Salem']?.[0]?.text).toMatch(
    /You teach now:[^]*Physics — A\n[^]*You no longer teach:[^]*Physics — B\n/,
  );
  expect(told['Omar Khaled']).toHaveLength(1);

  await waits(batches[0], teachers[0], { schedule: [{ day: 'Monday', start_time: '09:00', end_time: '10:00' }] });
  await waits(batches[1], teachers[1], { start_date: '2099-01-18' });
  const day = (at: Date) => moveBatchesByDate(testEngine(database, () => at));
  await day(new Date('2099-01-10T12:00:00Z'));
  expect(await mails(FIRST_DAY)).not.toHaveProperty('Ana Ruiz');
  await day(FIRST_DAY);
  await day(FIRST_DAY);
  const started = await mails(FIRST_DAY);
  expect(Object.keys(started).sort()).toEqual(['Ana Ruiz', 'Ben Ode']);
  expect(started['Ana Ruiz']).toMatchObject([
    {
      subject: 'North School: Physics has started',
      text: expect.stringContaining(
        '- Physics: Grade 7 — Physics — A, from 11 January 2099 to 12 March 2099\n  Monday 09:00 to 10:00\n',
      ),
    },
  ]);
  await day(new Date('2099-01-18T07:00:00Z'));
  expect(Object.keys(await mails(new Date('2099-01-18T07:00:00Z'))).sort()).toEqual(['Cara Lind', 'Dan Holt']);
});

it('a student of several batches that start together gets one message; who left, or is not active, gets none', async () => {
  const { teachers, students, batches } = await theExample();
  const [ana = '', , cara = ''] = students;
  await done(admin('POST', `/api/batches/${batches[1]}/students`, { student_ids: [ana], mode: 'add' }));
  await done(admin('POST', `/api/batches/${batches[0]}/students`, { student_ids: [ana], mode: 'set' }));
  await query(school, sql`update users set status = 'suspended' where id = ${cara}`);
  for (const [at, batch] of batches.entries()) await waits(batch, teachers[at] ?? '');
  await query(school, sql`update outbox set status = 'dropped'`);
  await moveBatchesByDate(testEngine(database, () => FIRST_DAY));
  const sent = await mails(FIRST_DAY);
  expect(Object.keys(sent).sort()).toEqual(['Ana Ruiz', 'Dan Holt']);
  expect(sent['Ana Ruiz']).toHaveLength(1);
  expect(sent['Ana Ruiz']?.[0]?.subject).toBe('North School: 2 courses have started');
  expect(sent['Ana Ruiz']?.[0]?.text).toMatch(/Physics — A, from[^]*Physics — B, from/);
});

it('an organization that switches off messages of enrollment tells no student, and those of batches no teacher [CC-D49]', async () => {
  const settings = { messages: { enrollment: false, batch: false } };
  await done(admin('PATCH', '/api/organization', { settings }));
  const { teachers, batches } = await theExample();
  await waits(batches[0], teachers[0]);
  await moveBatchesByDate(testEngine(database, () => FIRST_DAY));
  expect(await mails(FIRST_DAY)).toEqual({});
  const dropped = await query(
    school,
    sql`select topic from outbox where status = 'dropped' group by topic order by topic`,
  );
  expect(dropped).toEqual([
    { topic: 'batch.instructor_assigned' },
    { topic: 'batch.teacher_changed' },
    { topic: 'enrollment.started' },
  ]);
});

it('a batch that is begun by hand is told as well, unless nobody is to be told', async () => {
  const { teachers, batches } = await theExample();
  for (const [at, batch] of batches.entries()) await waits(batch, teachers[at] ?? '');
  await query(school, sql`update outbox set status = 'dropped'`);
  await change({ batch_id: batches[0], status: 'Active' });
  await change({ batch_id: batches[1], status: 'Active' }, false);
  await change({ batch_id: batches[0], batch_notes: 'Bring a ruler.' });
  const sent = await mails(new Date());
  expect(Object.keys(sent).sort()).toEqual(['Ana Ruiz', 'Ben Ode']);
  expect(sent['Ana Ruiz']).toHaveLength(1);
});
