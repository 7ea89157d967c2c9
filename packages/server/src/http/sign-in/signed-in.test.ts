import { signedInPerson } from '@muster/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/fixtures/database.ts';
import { anOrganization, caller, callerOf, testApp, type Call } from '../../../../../test/fixtures/http.ts';
import { aPerson } from '../../../../../test/fixtures/school.ts';
import { createSystemAdmin } from '../../tenancy/accounts.ts';
import type { App } from '../every-request/context.ts';

let database: TestDatabase;
let app: App;
let admin: Call;
let orgId: string;
let email: string;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  ({ admin, orgId, email } = await anOrganization(app, database, 'North'));
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function meAs(roles: string[]) {
  const person = await aPerson(database, orgId, { name: 'Some Body', roles });
  const call = await callerOf(app, database, orgId, person.userId ?? '');
  const kinds = await call('GET', '/api/bulk/kinds');
  return { me: signedInPerson.parse((await call('GET', '/api/me')).body), kinds: kinds.body };
}

it('tells e-mail, rights and limits by role', async () => {
  const own = signedInPerson.parse((await admin('GET', '/api/me')).body);
  expect(own).toMatchObject({
    email,
    rights: ['manage_people', 'steer_all', 'approve', 'manage_organization'],
    limits: { people_max: 5_000, undo_hours: 720, confirms_per_minute: 10 },
  });
  expect((await meAs(['teacher_admin'])).me).toMatchObject({
    rights: ['manage_people'],
    limits: { people_max: 1_000, undo_hours: 720 },
  });
  expect((await meAs(['teacher'])).me).toMatchObject({ rights: [], limits: { people_max: 50, undo_hours: 24 } });
  expect((await meAs(['student'])).me).toMatchObject({
    rights: [],
    may_start: ['enrollment_create', 'enrollment_cancel'],
    limits: { people_max: 0 },
  });
});

it('names the kinds that the role may start, as the list of kinds does, and none that is not for callers', async () => {
  for (const role of ['subscriber_admin', 'teacher_admin', 'teacher']) {
    const { me, kinds } = await meAs([role]);
    const named = kinds.flatMap((kind: { name: string; may_start: boolean }) => (kind.may_start ? [kind.name] : []));
    expect(me.may_start).toEqual(named);
    expect(me.may_start.length).toBeGreaterThan(0);
    expect(me.may_start).not.toContain('undo');
  }
});

it('tells a system_admin, who belongs to no organization, the same without one', async () => {
  await createSystemAdmin(database.owner, { email: 'root@example.org', password: 'operator password' });
  const { body } = await caller(app)('POST', '/api/login', {
    login: 'root@example.org',
    password: 'operator password',
  });
  expect(body).toMatchObject({
    email: 'root@example.org',
    user: null,
    rights: ['manage_people', 'steer_all', 'approve', 'manage_organization'],
    limits: { people_max: null, confirms_per_minute: null },
  });
  expect(body.may_start).toContain('enroll');
});
