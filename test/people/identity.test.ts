/** Who is meant by a file, over time: addresses handed on, people who left, ids used again, data that is old. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPerson, aUnit, query } from '../fixtures/school.ts';
import { peopleApi, type PeopleApi } from './people-api.ts';

let api: PeopleApi;
beforeAll(async () => {
  api = await peopleApi();
});
afterAll(() => api.end());

interface Item {
  readonly status: string;
  readonly code: string | null;
  readonly error_message: string | null;
  readonly correction: string | null;
}
const outcomes = (items: readonly Item[]) => items.map(({ status, code }) => code ?? status);
const file = (...lines: string[]) => `${lines.join('\n')}\n`;
const emailOf = async (id: string) => (await api.person(id))?.['email'];
const seed = async (prefix: string, count: number, more = '') => {
  const ids = Array.from({ length: count }, (_, n) => `${prefix}${String(n + 1)}`);
  const lines = ids.map((id) => `${id},${id.toLowerCase()}@example.org,${id}u,Given ${id},Family${id}${more}`);
  const items = await api.imported(
    file(`external_id,email,username,given_name,family_name${more === '' ? '' : ',status'}`, ...lines),
  );
  expect(outcomes(items)).toEqual(ids.map(() => 'success'));
};

describe('an address or a user name is handed on within one file', () => {
  const CASES: Readonly<Record<string, { lines: string[]; emails: Record<string, string> }>> = {
    'from one to the next': { lines: ['2,1', '1,new'], emails: { 1: 'new', 2: '1' } },
    'before it is free in the order of the file': { lines: ['1,2', '2,new'], emails: { 1: '2', 2: 'new' } },
    'exchanged by two': { lines: ['1,2', '2,1'], emails: { 1: '2', 2: '1' } },
    'around a circle': { lines: ['1,2', '2,3', '3,1'], emails: { 1: '2', 2: '3', 3: '1' } },
  };
  let count = 0;
  it.each(Object.entries(CASES).flatMap((entry) => [['email', ...entry] as const, ['username', ...entry] as const]))(
    '%s: %s, previewed as it runs and taken back whole',
    async (column, _, { lines, emails }) => {
      const prefix = `H${'abcdefgh'[count++] ?? ''}`;
      await seed(prefix, 3);
      const valueOf = (n: string) =>
        (column === 'email' ? `${prefix}${n}@example.org` : `${prefix}${n}u`).toLowerCase();
      const rows = lines.map((line) => line.split(',')).map(([n, of = '']) => `${prefix}${String(n)},${valueOf(of)}`);
      const content = file(`external_id,${column}`, ...rows);
      expect((await api.planned(content)).counts.actions).toEqual({ update: lines.length });
      expect(outcomes(await api.imported(content))).toEqual(lines.map(() => 'success'));
      for (const [n, of] of Object.entries(emails))
        expect(String((await api.person(`${prefix}${n}`))?.[column]).toLowerCase()).toBe(valueOf(of));
      await api.undone();
      for (const n of ['1', '2', '3'])
        expect(String((await api.person(`${prefix}${n}`))?.[column]).toLowerCase()).toBe(valueOf(n));
    },
  );

  it('a newcomer takes what somebody gives up, with an id of their own or by the address alone', async () => {
    await seed('N', 2);
    const rows = [
      'N1,n1new@example.org,,',
      'N2,n2new@example.org,,',
      'N9,n1@example.org,Nora,Neu',
      ',n2@example.org,Nele,Neu',
    ];
    const items = await api.imported(file('external_id,email,given_name,family_name', ...rows));
    expect(outcomes(items)).toEqual(['success', 'success', 'success', 'success']);
    expect([await emailOf('N1'), await emailOf('N9')]).toEqual(['n1new@example.org', 'n1@example.org']);
    const [nele] = await query(
      api.school,
      sql`select display_name, external_id from users where org_id = ${api.school.orgId} and email = 'n2@example.org'`,
    );
    expect(nele).toEqual({ display_name: 'Nele Neu', external_id: null });
  });

  it('what nobody gives up is refused with who holds it and what to do', async () => {
    await seed('K', 2);
    const [taken, newcomer] = await api.imported(
      file('external_id,email,given_name,family_name', 'K1,k2@example.org,,', 'K9,k2@example.org,Nora,Neu').replace(
        'K9,k2@',
        'K9,k1@',
      ),
    );
    expect(taken).toMatchObject({
      code: 'match_conflict',
      correction: expect.stringContaining('give Given K2 FamilyK2 (K2) another email'),
    });
    // K1's own row fails, so that its address is not free after all.
    expect(newcomer).toMatchObject({ status: 'failed', code: 'already_exists' });
    const [alone] = await api.imported(file('external_id,email,given_name,family_name', 'K8,k1@example.org,Nora,Neu'));
    expect(alone).toMatchObject({
      code: 'identifier_conflict',
      error_message: 'email belongs to Given K1 FamilyK1, whose external_id is K1.',
    });
  });

  it('an exchange that could be one of e-mails or of user names is refused without ids', async () => {
    await seed('C', 2);
    const items = await api.imported(file('email,username', 'c2@example.org,C1u', 'c1@example.org,C2u'));
    expect(outcomes(items)).toEqual(['match_conflict', 'match_conflict']);
  });
});

describe('people who are archived', () => {
  const COLUMNS = 'external_id,email,given_name,family_name';
  const archived = async (prefix: string, count: number) =>
    seed(prefix, count, ',active').then(() =>
      query(
        api.school,
        sql`update users set status = 'archived' where org_id = ${api.school.orgId} and external_id like ${`${prefix}%`}`,
      ),
    );
  const choose = (archived_people: string) => ({ parameters: JSON.stringify({ archived_people }) });

  it('stay so, and the plan says how many', async () => {
    await archived('L', 2);
    const content = file(COLUMNS, 'L1,l1@example.org,Given L1,FamilyL1', 'L2,l2@example.org,Other,Name');
    expect((await api.planned(content)).counts.codes).toEqual({ archived_left: 2 });
    const items = await api.imported(content);
    expect(outcomes(items)).toEqual(['archived_left', 'archived_left']);
    expect(items[0].error_message).toBe('Given L1 FamilyL1 is archived and stays so.');
    expect(await api.person('L2')).toMatchObject({ status: 'archived', given_name: 'Given L2' });
  });

  it('come back where that is chosen, or where the file says so, with a word', async () => {
    await archived('Q', 2);
    const [item] = await api.imported(file(COLUMNS, 'Q1,q1@example.org,Given Q1,FamilyQ1'), choose('bring_back'));
    expect(item.status).toBe('success');
    expect(await api.person('Q1')).toMatchObject({ status: 'active' });
    await api.undone();
    expect(await api.person('Q1')).toMatchObject({ status: 'archived' });
    const plan = await api.planned(file('external_id,status', 'Q2,active'));
    expect(plan.items[0].warnings).toMatchObject([{ code: 'brought_back' }]);
  });

  it('leave their identifiers to somebody new where that is chosen, and get them back by undo', async () => {
    await archived('W', 2);
    const items = await api.imported(file('email,full_name', 'w1@example.org,Nora Neu'), choose('new_person'));
    expect(outcomes(items)).toEqual(['success']);
    expect(await api.person('W1')).toMatchObject({ status: 'archived', email: null, given_name: 'Given W1' });
    const [nora] = await query(
      api.school,
      sql`select display_name, status from users where org_id = ${api.school.orgId} and email = 'w1@example.org'`,
    );
    expect(nora).toEqual({ display_name: 'Nora Neu', status: 'active' });
    await api.undone();
    expect(await api.person('W1')).toMatchObject({ email: 'w1@example.org' });
    const reused = await api.imported(file(COLUMNS, 'W2,other@example.org,Omar,Farouk'), choose('new_person'));
    expect(outcomes(reused)).toEqual(['success']);
    expect(await api.person('W2')).toMatchObject({ status: 'active', display_name: 'Omar Farouk' });
  });

  it('do not lose their last identifier', async () => {
    await api.imported(file('email,full_name', 'last@example.org,Last One'));
    await query(
      api.school,
      sql`update users set status = 'archived' where org_id = ${api.school.orgId} and email = 'last@example.org'`,
    );
    const [item] = await api.imported(file('email,full_name', 'last@example.org,Nora Neu'), choose('new_person'));
    expect(item).toMatchObject({ status: 'failed', code: 'archived_last_identifier' });
    expect(
      await query(api.school, sql`select from users where org_id = ${api.school.orgId} and email = 'last@example.org'`),
    ).toHaveLength(1);
  });

  it('are no teachers of anybody', async () => {
    await api.imported(file('external_id,full_name,roles', 'AT1,Tea Cher,teacher'));
    await query(
      api.school,
      sql`update users set status = 'archived' where org_id = ${api.school.orgId} and external_id = 'AT1'`,
    );
    const [item] = await api.imported(file('external_id,full_name,teacher', 'AT2,Kid One,AT1'));
    expect(item).toMatchObject({
      code: 'teacher_archived',
      error_message: 'The teacher AT1 is archived and cannot look after anybody.',
    });
  });
});

it('a row that knows somebody by an id alone and changes names and address is to be looked at', async () => {
  await seed('R', 2);
  const { items } = await api.planned(
    file(
      'external_id,email,full_name',
      'R1,quite.other@example.org,Omar Farouk',
      'R2,r2new@example.org,Given R2 Neumann',
    ),
  );
  expect(items.map(({ warnings }: { warnings: { code: string }[] }) => warnings.map(({ code }) => code))).toEqual([
    ['id_reused'],
    [],
  ]);
});

it('a former user name says who is renamed', async () => {
  await seed('M', 1);
  const [item] = await api.imported(
    file('username,oldusername,firstname,lastname,email', 'mia.neu,M1u,Mia,Neu,mia@example.org'),
  );
  expect(item.status).toBe('success');
  expect(await api.person('M1')).toMatchObject({ username: 'mia.neu', email: 'mia@example.org' });
});

const ONEROSTER =
  'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,grades';
const oneRoster = (id: string, { status = 'active', date = '', orgs = '', given = 'Kim' } = {}) =>
  `${id},${status},${date},true,${orgs},student,${id},${given},Lund,,`;

it('older data does not go over newer; what was taken back counts no more', async () => {
  const at = (date: string, given: string) => file(ONEROSTER, oneRoster('old1', { date, given }));
  await api.imported(at('2026-08-01T00:00:00Z', 'Kim'));
  const [stale] = await api.imported(at('2001-01-01T00:00:00.000Z', 'Kimberly-Old'));
  expect(stale).toMatchObject({ status: 'skipped', code: 'older_data' });
  expect(stale.error_message).toContain('2001-01-01');
  expect(await api.person('old1')).toMatchObject({ given_name: 'Kim' });
  const [unchanged] = await api.imported(at('2026-08-02T00:00:00Z', 'Kim'));
  expect(unchanged.code).toBe('unchanged');
  const [newer] = await api.imported(at('2026-08-03T00:00:00Z', 'Kimberly'));
  expect(newer.status).toBe('success');
  expect((await api.imported(at('2026-08-02T12:00:00Z', 'Kim')))[0].code).toBe('older_data');
  expect((await api.imported(file('external_id,given_name', 'old1,Kimmy')))[0].status).toBe('success');
});

it('of several schools the one is taken where the person is already, with a word', async () => {
  for (const code of ['N01', 'S02']) await api.ask('POST', '/api/units', { name: `School ${code}`, code });
  const first = file(ONEROSTER, oneRoster('two1', { orgs: '"N01,S02"' }));
  const { items } = await api.planned(first);
  expect(items[0].warnings).toMatchObject([{ code: 'units_left_out' }]);
  await api.imported(first);
  const unit = (await api.person('two1'))?.['unit_id'];
  expect(unit).not.toBeNull();
  const [next] = await api.imported(file(ONEROSTER, oneRoster('two1', { orgs: '"S02,N01"' })));
  expect(next.code).toBe('unchanged');
  expect((await api.person('two1'))?.['unit_id']).toBe(unit);
});

it('children with the address of a parent are told apart in words', async () => {
  const [, second] = await api.imported(
    file('external_id,email,full_name', 'SB1,parent@example.org,Sib One', 'SB2,parent@example.org,Sib Two'),
  );
  expect(second).toMatchObject({
    code: 'duplicate_row',
    correction: expect.stringContaining('children with the address of a parent'),
  });
});

describe('people whom a file takes away', () => {
  it('are removals, counted, guarded and named as such; somebody unknown is skipped', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `g${String(n)}`);
    await api.imported(file(ONEROSTER, ...ids.map((id) => oneRoster(id))));
    const gone = ids.slice(0, 14).map((id) => oneRoster(id, { status: 'tobedeleted' }));
    const content = file(
      ONEROSTER,
      ...gone,
      oneRoster('g19', { given: 'Kimmy' }),
      oneRoster('nobody', { status: 'tobedeleted' }),
    );
    const plan = await api.planned(content);
    expect(plan.counts).toMatchObject({ actions: { remove: 14, update: 1, skip: 1 }, codes: { left_unknown: 1 } });
    expect(plan.summary).toBe('This will update 1, archive or suspend 14 and skip 1.');
    expect(plan.guards).toMatchObject([{ code: 'removes_many', count: 14 }]);
    const refused = await api.call('POST', `/operations/${plan.operation_id}/start`, { plan_hash: plan.plan_hash });
    expect(refused.body.code).toBe('confirm_count_mismatch');
    await api.imported(content);
    expect(await api.person('nobody')).toBeUndefined();
    expect(await api.person('g0')).toMatchObject({ status: 'archived' });
  });

  it.each(['inactive', 'suspended', 'archived'])('become %s by a removal', async (status) => {
    await seed(`T${status}`, 1);
    expect((await api.planned(file('external_id,status', `T${status}1,${status}`))).counts.actions).toEqual({
      remove: 1,
    });
  });

  it('are named with what they do, by a file and by a change of status', async () => {
    await api.imported(file('external_id,full_name,roles,teacher', 'D1,Tea Cher,teacher,', 'D2,Kid One,student,D1'));
    const { items } = await api.planned(file('external_id,status', 'D1,archived', 'D2,archived'));
    expect(items.map(({ warnings }: { warnings: { message: string }[] }) => warnings[0]?.message)).toEqual([
      'Tea Cher teaches 0 open batch(es), looks after 1 student(s) and holds 0 seat(s); all of that stays.',
      undefined,
    ]);
    const made = await api.call('POST', '/operations', {
      operation_type: 'user_status',
      operation_name: 'Status',
      parameters: { target: { student_ids: [(await api.person('D1'))?.['id']] }, status: 'suspended' },
    });
    const preview = await api.call('GET', `/operations/${made.body.id}/preview`);
    expect(preview.body.items[0].warnings).toMatchObject([{ code: 'has_duties' }]);
  });
});

it('a teacher_admin is told nothing of people outside of their units, whatever a file says of them', async () => {
  const { orgId } = api.school;
  const [own, other] = [await aUnit(api.database, orgId, 'Nearby'), await aUnit(api.database, orgId, 'Faraway')];
  const unitAdmin = await aPerson(api.database, orgId, { name: 'Uni Tadmin', roles: ['teacher_admin'], unitId: own });
  const known = (unitId: string, id: string, status = 'active') =>
    query(
      api.school,
      sql`insert into users (org_id, id, external_id, email, username, given_name, family_name, display_name, unit_id, status)
        values (${orgId}, gen_random_uuid(), ${id}, ${`${id}@hidden.example`}, ${`${id}-u`}, 'Zyxw', ${id}, ${`Zyxw ${id}`}, ${unitId}, ${status})`,
    );
  await known(own, 'near');
  await known(own, 'nigh');
  await known(other, 'far');
  await known(other, 'gone', 'archived');
  const rows = [
    'far,,,Other,Name',
    'gone,,,Gone,Away',
    'near,far@hidden.example,,Near,By',
    ',nigh@hidden.example,far-u,Nigh,By',
    'fresh,gone@hidden.example,,Fresh,One',
  ];
  const content = file('external_id,email,username,given_name,family_name', ...rows);
  const sent = { mapping: '{"preset":"auto"}', target_model: 'User' };
  const made = await api.upload('/import', sent, { name: 'people.csv', content }, unitAdmin);
  const { text, body } = await api.call('GET', `/operations/${made.body.id}/preview`, undefined, unitAdmin);
  expect(body.items.map((item: { code: string }) => item.code)).toEqual([
    'user_out_of_scope',
    'user_out_of_scope',
    'match_conflict',
    'match_conflict',
    'identifier_conflict',
  ]);
  expect(text).not.toMatch(/Zyxw (far|gone)/);
  expect(text).toContain('Zyxw near');
});
