/** From a call of learner management to the mailbox of the learner. */
import { tokenIn } from '../fixtures/http.ts';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openMailer, type Mailer } from '../../packages/server/src/worker/deliver-mail.ts';
import { startWorker, type Worker } from '../../packages/server/src/worker/worker.ts';
import { aMailbox, type Mailbox } from '../fixtures/mailbox.ts';
import { testEngine } from '../fixtures/school.ts';
import { aLearnerSchool, enrollmentsIn, type LearnerSchool } from '../http/learner-management/learner-school.ts';

let school: LearnerSchool;
let mailbox: Mailbox;
let mailer: Mailer;
let worker: Worker;
const logged: unknown[] = [];

beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());
beforeEach(async () => {
  mailbox = await aMailbox();
  await work(mailbox.url);
});
afterEach(async () => {
  await worker.stop();
  mailer.close();
  await mailbox.close();
});

async function work(smtpUrl: string): Promise<void> {
  mailer = openMailer({ smtpUrl, from: 'office@north.example' });
  worker = await startWorker({
    engine: testEngine(school.database),
    database: school.database,
    mailer,
    publicUrl: 'https://muster.example',
    log: (...entry) => logged.push(entry),
  });
}

const only = (...ids: string[]) => ids.map((id) => ({ package_session_id: id }));
const told = { notify_learners: true };

/** Once nothing waits any more, so that a mail too many is seen as well. */
async function mailsOf(): Promise<Mailbox['mails']> {
  const waiting = async (): Promise<number> => {
    const [found] = await school.query(sql<{ n: number }>`select count(*) as n from outbox where status = 'waiting'`);
    return found?.n ?? 0;
  };
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
  return mailbox.mails;
}

async function addressesOf(ids: readonly string[]): Promise<string[]> {
  const found = await school.query(
    sql<{ email: string }>`select email from users where id = any(${[...ids]}::uuid[]) order by email`,
  );
  return found.map(({ email }) => email);
}

it('each learner enrolled gets a mail, when that is asked for [LA-237, LA-078]', async () => {
  const [batch, ids, others] = [await school.batch(), await school.learners(3), await school.learners(2)];
  await school.assign({ user_ids: ids, assignments: only(batch), options: told });
  await school.assign({ user_ids: others, assignments: only(batch) });
  const mails = await mailsOf();
  expect(mails.map(({ to }) => to).sort()).toEqual(await addressesOf(ids));
  for (const { subject, text } of mails) {
    expect(subject).toContain('you are enrolled in Mathematics');
    expect(text).toContain('- Mathematics: Grade 10');
  }
});

it('each learner removed gets a mail [LA-238]', async () => {
  const [batch, ids] = [await school.batch(), await school.learners(2)];
  await school.assign({ user_ids: ids, assignments: only(batch) });
  await school.deassign({ user_ids: ids, package_session_ids: [batch], options: { mode: 'SOFT', ...told } });
  const mails = await mailsOf();
  expect(mails.map(({ to }) => to).sort()).toEqual(await addressesOf(ids));
  expect(mails[0]?.subject).toContain('your enrollment in Mathematics ends');
});

it('pairs that fail or are skipped cause no mail [LA-242]', async () => {
  const [batch, full, ids] = [await school.batch(), await school.batch({ capacity: 0 }), await school.learners(2)];
  await school.assign({ user_ids: ids, assignments: only(batch) });
  const { body } = await school.assign({ user_ids: ids, assignments: only(batch, full), options: told });
  expect(body.summary).toMatchObject({ successful: 0, skipped: 2, failed: 2 });
  expect(await mailsOf()).toEqual([]);
});

it('a learner enrolled in two courses by one call gets one mail that names both [LA-243]', async () => {
  const [one, two, ids] = [
    await school.batch({ name: 'Algebra' }),
    await school.batch({ name: 'Geometry' }),
    await school.learners(1),
  ];
  await school.assign({ user_ids: ids, assignments: only(one, two), options: told });
  const mails = await mailsOf();
  expect(mails).toHaveLength(1);
  expect(mails[0]?.subject).toContain('2 courses');
  expect(mails[0]?.text).toContain('Algebra');
  expect(mails[0]?.text).toContain('Geometry');
});

it('with the mail server down the enrollments stand, the answer is whole, and the messages are listed as not sent [LA-239, LA-430]', async () => {
  await worker.stop();
  mailer.close();
  await work('smtp://127.0.0.1:1');
  const [batches, ids] = [[await school.batch(), await school.batch()], await school.learners(3)];
  const { status, body } = await school.assign({ user_ids: ids, assignments: only(...batches), options: told });
  expect(status).toBe(200);
  expect(body.summary).toMatchObject({ total_requested: 6, successful: 6, failed: 0 });
  expect(body.results.map((result: { status: string }) => result.status)).toEqual(Array(6).fill('SUCCESS'));
  const notSent = async (): Promise<number> =>
    (await school.admin('GET', `/api/notices?status=waiting&operation_id=${body.operation_id}`)).body.items.filter(
      (item: { attempts: number; last_error: string | null }) =>
        item.attempts > 0 && item.last_error?.includes('ECONNREFUSED'),
    ).length;
  await expect.poll(notSent, { timeout: 20_000 }).toBe(3);
  for (const batch of batches) expect(await enrollmentsIn(school, batch)).toHaveLength(3);
  await school.query(sql`update outbox set status = 'dropped' where status = 'waiting'`);
});

it('the answer does not wait for a slow mail server [LA-240]', async () => {
  const release = mailbox.hold();
  const [batch, ids] = [await school.batch(), await school.learners(2)];
  const { body } = await school.assign({ user_ids: ids, assignments: only(batch), options: told });
  expect(body.summary.successful).toBe(2);
  expect(mailbox.mails).toEqual([]);
  release();
  expect(await mailsOf()).toHaveLength(2);
});

it('a new learner gets a link to set a password; the password of a call is in no answer, log or mail [LA-063]', async () => {
  const batch = await school.batch();
  const newUsers = [
    { email: 'tess@school.example', full_name: 'Tess Moor' },
    { email: 'ole@school.example', full_name: 'Ole Berg', password: 'hunter2hunter2' },
  ];
  const { body } = await school.assign({ new_users: newUsers, assignments: only(batch), options: told });
  expect(body.summary.successful).toBe(2);
  const mails = await mailsOf();
  const link = mails.find(({ to, text }) => to === 'tess@school.example' && text.includes('/claim#token='));
  const token = tokenIn(/https:\S+/.exec(link?.text ?? '')?.[0] ?? '');
  const claimed = await school.app.inject({
    method: 'POST',
    url: '/api/claim',
    payload: { token, password: 'chosen by myself' },
  });
  expect(claimed.statusCode).toBe(200);
  const secrets = JSON.stringify([body, logged, mails.map(({ raw }) => raw)]);
  expect(secrets).not.toContain('hunter2');
  const stored = await school.query(sql<{ text: string }>`
    select to_jsonb(o)::text as text from operations o union all select to_jsonb(a)::text from audit a
    union all select to_jsonb(e)::text from events e union all select to_jsonb(m)::text from outbox m`);
  expect(stored.filter(({ text }) => text.includes('hunter2') || text.includes(token.split('.')[2] ?? ''))).toEqual([]);
});
