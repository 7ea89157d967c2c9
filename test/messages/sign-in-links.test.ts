/** A sign-in link is a key to somebody's account: who gets it, and who hears of it. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { App } from '../../packages/server/src/http/every-request/context.ts';
import { openMailer, type Mailer } from '../../packages/server/src/worker/deliver-mail.ts';
import { deliverDue } from '../../packages/server/src/worker/deliver.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { anOrganization, caller, testApp, type Call, type Reply, tokenIn } from '../fixtures/http.ts';
import { aMailbox, type Mailbox } from '../fixtures/mailbox.ts';

const PASSWORD = 'a long enough one';

let database: TestDatabase;
let app: App;
let appWithoutMail: App;
let admin: Call;
let adminWithoutMail: Call;
let mailbox: Mailbox;
let mailer: Mailer;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database, { settings: { sendsMail: true, publicUrl: 'https://muster.example' } });
  appWithoutMail = await testApp(database);
  const { email } = await anOrganization(app, database, 'North');
  const { body } = await caller(app)('POST', '/api/login', { login: email, password: 'correct horse' });
  [admin, adminWithoutMail] = [caller(app, body.token), caller(appWithoutMail, body.token)];
});
afterAll(async () => {
  await app.close();
  await appWithoutMail.close();
  await database.drop();
});
beforeEach(async () => {
  mailbox = await aMailbox();
  mailer = openMailer({ smtpUrl: mailbox.url, from: 'North <office@north.example>' });
});
afterEach(async () => {
  mailer.close();
  await mailbox.close();
});

/** @returns subject and text of the mails that were waiting, in the order in which they were written. */
async function delivered(): Promise<string[]> {
  const before = mailbox.mails.length;
  await deliverDue({ database, now: () => new Date(), mailer, publicUrl: 'https://muster.example' });
  return mailbox.mails.slice(before).map(({ subject, text }) => `${subject}\n${text}`);
}

async function aPerson(name: string, more: object): Promise<string> {
  const made = await admin('POST', '/api/users', { full_name: name, username: name, ...more });
  expect(made.status).toBe(201);
  return made.body.id;
}
const linkFor = (id: string, as = admin): Promise<Reply> => as('POST', `/api/users/${id}/claim-link`);
const claim = (token: string): Promise<Reply> =>
  caller(app)('POST', '/api/claim', { token, password: 'chosen anew by me' });

it('a link for somebody who has an account is mailed to them and shown to nobody; when it is used they hear of it', async () => {
  const id = await aPerson('ben', { email: 'ben@north.example', roles: ['teacher'], password: PASSWORD });
  expect(await delivered()).toEqual([]);
  const reply = await linkFor(id);
  expect(reply).toMatchObject({ status: 201, body: { mailed_to: 'ben@north.example' } });
  expect(reply.body).not.toHaveProperty('claim_url');
  const [mail = '', ...others] = await delivered();
  expect(others).toEqual([]);
  expect(mail).toMatch(/^North: choose a new password\nDear ben,\n\nadmin has asked us to send you a new sign-in link/);
  expect((await claim(tokenIn(mail))).status).toBe(200);
  const login = await caller(app)('POST', '/api/login', { login: 'ben', password: 'chosen anew by me' });
  expect(login.status).toBe(200);
  const [used = ''] = await delivered();
  expect(used).toMatch(/^North: your password was set\n/);
  expect(used).toContain('from the address 127.0.0.1');
  const trail = (await admin('GET', `/api/audit?subject_id=${id}`)).body.items;
  expect(trail.map((entry: { action: string; actor: { role: string } }) => [entry.action, entry.actor.role])).toEqual([
    ['account_linked', 'subscriber_admin'],
    ['password_set', 'subscriber_admin'],
    ['link_made', 'subscriber_admin'],
    ['link_mailed', 'engine'],
    ['link_used', 'teacher'],
    ['password_set', 'teacher'],
    ['sign_in', 'teacher'],
  ]);
});

it('whose link somebody else holds in hand is told who made it', async () => {
  const id = await aPerson('cleo', { email: 'cleo@north.example', roles: ['teacher'] });
  expect(await delivered()).toHaveLength(1);
  const { body } = await linkFor(id);
  expect(body.claim_url).toMatch(/^https:\/\/muster\.example\/claim#token=/);
  const [mail = ''] = await delivered();
  expect(mail).toMatch(/^North: a sign-in link was made for you\n/);
  expect(mail).toMatch(/On \d+ \w+ \d{4} at \d\d:\d\d admin made a sign-in link for you\./);
  expect(mail).not.toContain('token=');
});

it('a student without an address is handed the link, staff without one get none', async () => {
  const student = await aPerson('dan', { roles: ['student'], password: PASSWORD });
  expect((await linkFor(student)).body.claim_url).toContain('/claim#token=');
  const teacher = await aPerson('eva', { roles: ['teacher'], password: PASSWORD });
  expect(await linkFor(teacher)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(await delivered()).toEqual([]);
});

it('where no mail server is set the link is shown, and the person hears of it once there is one', async () => {
  const id = await aPerson('finn', { email: 'finn@north.example', roles: ['teacher'], password: PASSWORD });
  const { body } = await linkFor(id, adminWithoutMail);
  expect((await claim(tokenIn(body.claim_url))).status).toBe(200);
  expect((await delivered()).map((mail) => mail.split('\n')[0])).toEqual([
    'North: a sign-in link was made for you',
    'North: your password was set',
  ]);
});
