/** From a row of the outbox to a mail: once, later, never, and what is said of it. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import { openMailer, type Mailer } from '../../packages/server/src/worker/deliver-mail.ts';
import { ATTEMPTS_MAX } from '../../packages/server/src/worker/deliver-verdict.ts';
import { deliverDue, type Delivery } from '../../packages/server/src/worker/deliver.ts';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import type { App } from '../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { callerOf, testApp, type Call, tokenIn } from '../fixtures/http.ts';
import { aMailbox, type Mailbox } from '../fixtures/mailbox.ts';
import { aPerson, aSchool, query, testEngine, type School } from '../fixtures/school.ts';

const HOUR_MS = 3_600_000;
const COURSE = { courses: [{ name: 'Mathematics', batch: 'Grade 10' }] };

let database: TestDatabase;
let app: App;
let mailbox: Mailbox;
let mailer: Mailer;
let school: School;
let admin: Call;
let delivery: Delivery;
let clock = new Date();

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database, { now: () => clock, settings: { sendsMail: true } });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
beforeEach(async () => {
  clock = new Date();
  school = await aSchool(database, { name: 'North School' });
  admin = await callerOf(app, database, school.orgId, school.admin.userId ?? '');
  mailbox = await aMailbox();
  mailer = openMailer({ smtpUrl: mailbox.url, from: 'North <office@north.example>' });
  delivery = { database, now: () => clock, mailer, publicUrl: 'https://muster.example/' };
  // Messages of other tests are no concern of this one.
  await everywhere("update outbox set status = 'dropped' where status = 'waiting'");
});
afterEach(async () => {
  mailer.close();
  await mailbox.close();
});

async function everywhere(statement: string): Promise<void> {
  const { rows: orgs } = await database.pool.query<{ id: string }>('select id from orgs');
  for (const { id } of orgs) await query({ ...school, orgId: id }, sql`${sql.raw(statement)}`);
}

/** A student with an address of their own. */
async function aStudent(email: string | null = 'ana@students.example'): Promise<string> {
  const id = newId();
  const own = email?.replace('@', `+${id.slice(-12)}@`) ?? null;
  await query(
    school,
    sql`
    insert into users (org_id, id, display_name, email, username) values (${school.orgId}, ${id}, 'Ana Ruiz', ${own}, ${id})`,
  );
  return id;
}

/** A row as kinds and the engine write it. */
async function aMessage(
  topic: string,
  recipientId: string | null,
  payload: object = COURSE,
  more: { operationId?: string; createdAt?: Date } = {},
): Promise<string> {
  const id = newId();
  await query(
    school,
    sql`
    insert into outbox (org_id, id, topic, recipient_id, operation_id, payload, created_at, next_attempt_at)
    values (${school.orgId}, ${id}, ${topic}, ${recipientId}, ${more.operationId ?? null}, ${JSON.stringify(payload)},
      ${more.createdAt ?? clock}, ${more.createdAt ?? clock})`,
  );
  return id;
}

async function statusOf(id: string): Promise<{ status: string; attempts: number; last_error: string | null }> {
  const [row] = await query(
    school,
    sql<{ status: string; attempts: number; last_error: string | null }>`
    select status, attempts, last_error from outbox where id = ${id}`,
  );
  if (row === undefined) throw new Error('The message is gone.');
  return row;
}

async function downFor(id: string, attempts: number): Promise<void> {
  const down = openMailer({ smtpUrl: 'smtp://127.0.0.1:1', from: 'office@north.example' });
  for (let attempt = 0; attempt < attempts; attempt++) {
    await deliverDue({ ...delivery, mailer: down });
    const row = await query(school, sql<{ at: Date }>`select next_attempt_at as at from outbox where id = ${id}`);
    clock = row[0]?.at ?? clock;
  }
  down.close();
  expect((await statusOf(id)).attempts).toBe(attempts);
}

it('a message becomes one mail, in plain words and with the name of the organization, and is not sent again', async () => {
  const student = await aStudent();
  const id = await aMessage('enrollment.created', student, {
    courses: [
      {
        name: 'Mathematics',
        batch: 'Grade 10',
        starts: '2026-09-01',
        schedule: [{ day: 'Monday', start_time: '09:00', end_time: '11:00' }],
      },
    ],
  });
  await deliverDue(delivery);
  await deliverDue(delivery);
  expect(mailbox.mails).toHaveLength(1);
  expect(mailbox.mails[0]).toMatchObject({
    id: `<${id}@north.example>`,
    subject: 'North School: you are enrolled in Mathematics',
    text: 'Dear Ana Ruiz,\n\nNorth School has enrolled you in:\n\n- Mathematics: Grade 10, from 1 September 2026\n  Monday 09:00 to 11:00\n\nNorth School\n',
  });
  expect(mailbox.mails[0]?.raw).toMatch(/^Auto-Submitted: auto-generated/m);
  expect(await statusOf(id)).toEqual({ status: 'delivered', attempts: 1, last_error: null });
});

it('a worker delivers by itself', async () => {
  const id = await aMessage('enrollment.created', await aStudent());
  const worker = await startWorker({ engine: testEngine(database), database, mailer, log: () => undefined });
  await expect.poll(async () => (await statusOf(id)).status, { timeout: 10_000 }).toBe('delivered');
  await worker.stop();
});

it('workers that deliver at the same time send each message once', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 120; at++)
    ids.push(await aMessage('enrollment.created', await aStudent(`s${String(at)}@x.example`)));
  await Promise.all([1, 2, 3].map(() => deliverDue(delivery)));
  expect(mailbox.mails.map(({ id }) => id.slice(1, 37)).sort()).toEqual(ids.toSorted());
});

it('what a worker had claimed when it died is sent by another once the lease has ended', async () => {
  const id = await aMessage('enrollment.created', await aStudent());
  await query(
    school,
    sql`update outbox set attempts = 1, next_attempt_at = ${clock}::timestamptz + interval '10 minutes' where id = ${id}`,
  );
  await deliverDue(delivery);
  expect(mailbox.mails).toEqual([]);
  clock = new Date(clock.getTime() + HOUR_MS);
  await deliverDue(delivery);
  expect(await statusOf(id)).toMatchObject({ status: 'delivered', attempts: 2 });
});

it('a message that cannot be sent is tried again, later each time', async () => {
  const id = await aMessage('enrollment.created', await aStudent());
  await downFor(id, 3);
  expect(await statusOf(id)).toMatchObject({ status: 'waiting', last_error: expect.stringContaining('ECONNREFUSED') });
  await deliverDue(delivery);
  expect(mailbox.mails).toHaveLength(1);
  expect(await statusOf(id)).toMatchObject({ status: 'delivered', attempts: 4, last_error: null });
});

it('after the last try it is in the list of what failed, with the reason, and an admin can send it again [LA-241]', async () => {
  const id = await aMessage('enrollment.created', await aStudent());
  await downFor(id, ATTEMPTS_MAX);
  const { body } = await admin('GET', '/api/notices?status=failed');
  expect(body.items).toHaveLength(1);
  expect(body.items[0]).toMatchObject({
    id,
    topic: 'enrollment.created',
    status: 'failed',
    attempts: ATTEMPTS_MAX,
    recipient: { name: 'Ana Ruiz' },
    last_error: expect.stringContaining('ECONNREFUSED'),
    next_attempt_at: null,
  });
  expect((await admin('POST', `/api/notices/${id}/retry`)).body).toMatchObject({ status: 'waiting', attempts: 0 });
  await deliverDue(delivery);
  expect(mailbox.mails).toHaveLength(1);
  const again = await admin('POST', `/api/notices/${id}/retry`);
  expect([again.status, again.body.code]).toEqual([409, 'conflict']);
});

it('an address that the server does not know is refused once and for all; the others are served', async () => {
  const refused = await aMessage('enrollment.created', await aStudent());
  const [address] = await query(
    school,
    sql<{ email: string }>`
    select u.email from users u join outbox m on m.recipient_id = u.id where m.id = ${refused}`,
  );
  mailbox.unknown.add(address?.email ?? '');
  const other = await aMessage('enrollment.created', await aStudent());
  await deliverDue(delivery);
  expect(await statusOf(refused)).toMatchObject({
    status: 'failed',
    attempts: 1,
    last_error: expect.stringContaining('550'),
  });
  expect(await statusOf(other)).toMatchObject({ status: 'delivered' });
});

it('somebody without an address, and a topic without words, are listed as failed', async () => {
  const ids = [
    await aMessage('enrollment.created', await aStudent(null)),
    await aMessage('moon.risen', await aStudent()),
  ];
  await deliverDue(delivery);
  const { body } = await admin('GET', '/api/notices?status=failed');
  expect(body.items.map((item: { id: string }) => item.id).sort()).toEqual(ids.toSorted());
  expect(body.items.map((item: { last_error: string }) => item.last_error).sort()).toEqual([
    'Nothing is known of the topic moon.risen.',
    'The recipient has no e-mail address.',
  ]);
});

it('without a mail server messages wait, and the list says so; nothing is lost', async () => {
  const id = await aMessage('enrollment.created', await aStudent());
  await deliverDue({ ...delivery, mailer: null });
  const silent = await testApp(database);
  const call = await callerOf(silent, database, school.orgId, school.admin.userId ?? '');
  const { body } = await call('GET', '/api/notices?status=waiting');
  expect(body).toMatchObject({
    sends_mail: false,
    items: [{ id, attempts: 0, last_error: expect.stringContaining('--smtp-url') }],
  });
  await silent.close();
  clock = new Date(clock.getTime() + HOUR_MS);
  await deliverDue(delivery);
  expect(mailbox.mails).toHaveLength(1);
});

it('what an organization switches off is not sent, and what it leaves on is', async () => {
  const settings = { messages: { enrollment: false } };
  expect((await admin('PATCH', '/api/organization', { settings })).body.settings).toMatchObject(settings);
  const off = await aMessage('enrollment.created', await aStudent());
  const on = await aMessage('mentorship.ended', await aStudent(), {
    recipient: 'student',
    assignment_type: 'tutor',
    student_name: 'Ana Ruiz',
    instructor_name: 'Tea Cher',
  });
  await deliverDue(delivery);
  expect(await statusOf(off)).toMatchObject({ status: 'dropped', last_error: expect.stringContaining('switched off') });
  expect(await statusOf(on)).toMatchObject({ status: 'delivered' });
  expect(mailbox.mails.map(({ subject }) => subject)).toEqual(['North School: Tea Cher is no longer your tutor']);
  expect((await admin('PATCH', '/api/organization', { settings: { messages: { moon: false } } })).status).toBe(400);
});

it('what became of a teacher’s batches within an hour is one mail, sent when the hour has ended', async () => {
  const teacher = await aStudent('tea@north.example');
  const hour = new Date(Math.floor(clock.getTime() / HOUR_MS) * HOUR_MS);
  const at = (minutes: number): Date => new Date(hour.getTime() + minutes * 60_000);
  const change = (name: string, what: string, minutes: number): Promise<string> =>
    aMessage('batch.teacher_changed', teacher, { batch: { name }, change: what }, { createdAt: at(minutes) });
  await change('Physics A', 'attached', 5);
  await change('Physics B', 'attached', 30);
  await change('Chemistry', 'removed', 59);
  clock = at(59);
  await deliverDue(delivery);
  expect(mailbox.mails).toEqual([]);
  clock = at(61);
  await change('Biology', 'attached', 60.5);
  await Promise.all([deliverDue(delivery), deliverDue(delivery)]);
  expect(mailbox.mails).toHaveLength(1);
  expect(mailbox.mails[0]?.text).toContain(
    'You teach now:\n\n- Physics A\n- Physics B\n\nYou no longer teach:\n\n- Chemistry\n',
  );
  clock = at(121);
  await deliverDue(delivery);
  expect(mailbox.mails).toHaveLength(2);
  expect(mailbox.mails[1]?.text).toContain('- Biology\n');
});

it('a message that gives a time is not sent before', async () => {
  const begins = new Date(clock.getTime() + 2 * HOUR_MS);
  await aMessage('enrollment.created', await aStudent(), { ...COURSE, not_before: begins.toISOString() });
  await deliverDue(delivery);
  clock = new Date(begins.getTime() - 1);
  await deliverDue(delivery);
  expect(mailbox.mails).toEqual([]);
  clock = begins;
  await deliverDue(delivery);
  expect(mailbox.mails).toHaveLength(1);
});

it('a new person gets a link to choose a password; it works, and stands in no row', async () => {
  const student = await aStudent();
  const id = await aMessage('account.claim', student, {});
  await deliverDue(delivery);
  const address = /https:\/\/muster\.example\/claim#token=\S+/.exec(mailbox.mails[0]?.text ?? '');
  const token = tokenIn(address?.[0] ?? '');
  const secret = token.split('.')[2] ?? '';
  expect(secret.length).toBeGreaterThan(40);
  const [kept] = await query(
    school,
    sql<{ text: string }>`select to_jsonb(m)::text as text from outbox m where id = ${id}`,
  );
  expect(kept?.text).not.toContain(secret);
  const claimed = await app.inject({
    method: 'POST',
    url: '/api/claim',
    payload: { token, password: 'chosen by myself' },
  });
  expect(claimed.json()).toEqual({ user_id: student });
  const again = await aMessage('account.claim', student, {});
  await deliverDue(delivery);
  expect(await statusOf(again)).toMatchObject({ status: 'dropped' });
});

it('names with line breaks and addresses with commas smuggle nothing into a mail', async () => {
  const student = await aStudent();
  await query(
    school,
    sql`update users set display_name = 'Ana' || chr(13) || chr(10) || 'Bcc: all@x.example', email = 'a@x.example, b@x.example' where id = ${student}`,
  );
  await aMessage('enrollment.created', student, { courses: [{ name: 'A\r\nBcc: all@x.example' }] });
  await deliverDue(delivery);
  for (const mail of mailbox.mails) expect(mail.raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/im);
  expect(mailbox.mails.length).toBeLessThanOrEqual(1);
  expect(mailbox.mails.map(({ to }) => to)).not.toContain('b@x.example');
});

it('messages are for admins: of a unit those to its people, never those of another organization', async () => {
  const student = await aStudent();
  const id = await aMessage('enrollment.created', student);
  const teacher = await aPerson(database, school.orgId, { name: 'Tea Cher', roles: ['teacher'] });
  const asTeacher = await callerOf(app, database, school.orgId, teacher.userId ?? '');
  expect((await asTeacher('GET', '/api/notices')).status).toBe(403);
  const head = await aPerson(database, school.orgId, { name: 'He Ad', roles: ['teacher_admin'] });
  const asHead = await callerOf(app, database, school.orgId, head.userId ?? '');
  expect((await asHead('GET', '/api/notices')).body.items).toEqual([]);
  expect((await asHead('POST', `/api/notices/${id}/retry`)).status).toBe(404);
  const other = await aSchool(database);
  const foreign = await callerOf(app, database, other.orgId, other.admin.userId ?? '');
  expect((await foreign('GET', '/api/notices')).body.items).toEqual([]);
  expect((await foreign('POST', `/api/notices/${id}/retry`)).status).toBe(404);
});

it('the list is read page by page, last written first', async () => {
  const student = await aStudent();
  const ids: string[] = [];
  for (let at = 0; at < 5; at++)
    ids.unshift(await aMessage('enrollment.created', student, COURSE, { createdAt: new Date(clock.getTime() + at) }));
  const first = (await admin('GET', '/api/notices?limit=3&status=waiting')).body;
  const second = (await admin('GET', `/api/notices?limit=3&status=waiting&cursor=${first.next_cursor}`)).body;
  expect([...first.items, ...second.items].map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(second.next_cursor).toBeNull();
});
