/** The invite calls of learner management: list, default, detail, new and changed. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { anOrganization, callerOf, type Call, type Reply } from '../../fixtures/http.ts';
import { aPerson, aUnit, testEngine } from '../../fixtures/school.ts';
import { aLearnerSchool, type LearnerSchool } from './learner-school.ts';
import { undo } from '../../../packages/server/src/engine/verbs/undo.ts';

const INVITES = '/admin-core-service/v1/enroll-invite';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

const FREE = { name: 'Free', type: 'FREE', payment_plans: [{ name: 'Free Plan', actual_price: 0 }] };
const PAID = {
  name: 'Paid',
  type: 'PAID',
  tag: 'DEFAULT',
  require_approval: true,
  payment_plans: [
    { name: 'Half a year', actual_price: 60, validity_in_days: 180 },
    { name: 'Year', actual_price: 99.5, elevated_price: 120, validity_in_days: 365, tag: 'DEFAULT' },
  ],
};

function linksOf(option: object, ...batches: string[]): object[] {
  return batches.map((id) => ({ package_session_id: id, payment_option: option }));
}

async function make(body: object, call: Call = school.admin): Promise<Reply> {
  return call('POST', `${INVITES}/${school.orgId}`, body);
}

async function made(body: object): Promise<Reply['body']> {
  const reply = await make(body);
  expect(reply.body).toMatchObject({ id: expect.any(String) });
  expect(reply.status).toBe(201);
  return reply.body;
}

async function list(body: object, query = '', call: Call = school.admin): Promise<Reply> {
  return call('POST', `${INVITES}/get-enroll-invite?instituteId=${school.orgId}${query}`, body);
}

/** So many plain invites for one batch, oldest first. */
async function several(count: number, batch: string): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  const option = newId();
  await school.query(sql`insert into payment_options (org_id, id, name) values (${school.orgId}, ${option}, 'Free')`);
  await school.query(
    sql`insert into payment_plans (org_id, id, payment_option_id, name) values (${school.orgId}, ${newId()}, ${option}, 'Free Plan')`,
  );
  await school.query(sql`
    insert into enroll_invites (org_id, id, name, invite_code, learner_access_days, created_at)
    select ${school.orgId}, id, 'Invite ' || n, id::text, 180, timestamptz '2026-01-01 00:00Z' + n * interval '1 day'
    from unnest(${ids}::uuid[]) with ordinality i(id, n)`);
  await school.query(sql`
    insert into invite_options (org_id, id, enroll_invite_id, batch_id, payment_option_id)
    select ${school.orgId}, gen_random_uuid(), id, ${batch}, ${option} from unnest(${ids}::uuid[]) id`);
  return ids;
}

describe('one invite', () => {
  it('is given in full with its links, options and plans, prices as numbers [LA-001 to LA-007, LA-010 to LA-016, LA-018 to LA-023, LA-025 to LA-035, LA-219]', async () => {
    const batch = await school.batch();
    const { id } = await made({
      name: 'Spring',
      invite_code: 'SPRING-26',
      start_date: '2026-01-01',
      end_date: '2026-12-31',
      tag: 'EARLY',
      learner_access_days: 90,
      package_session_to_payment_options: [{ package_session_id: batch, payment_option: PAID, cpo_id: 'cpo 7' }],
    });
    const { status, body } = await school.admin('GET', `${INVITES}/${school.orgId}/${id}`);
    expect(status).toBe(200);
    const plan = { id: expect.any(String), status: 'ACTIVE', currency: null };
    expect(body).toEqual({
      id,
      name: 'Spring',
      invite_code: 'SPRING-26',
      start_date: '2026-01-01',
      end_date: '2026-12-31',
      tag: 'EARLY',
      status: 'ACTIVE',
      institute_id: school.orgId,
      learner_access_days: 90,
      is_bundled: false,
      short_url: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      package_session_to_payment_options: [
        {
          id: expect.any(String),
          package_session_id: batch,
          enroll_invite_id: id,
          status: 'ACTIVE',
          cpo_id: 'cpo 7',
          payment_option: {
            id: expect.any(String),
            name: 'Paid',
            type: 'PAID',
            status: 'ACTIVE',
            tag: 'DEFAULT',
            require_approval: true,
            payment_plans: [
              { ...plan, name: 'Half a year', actual_price: 60, elevated_price: 60, validity_in_days: 180, tag: null },
              { ...plan, name: 'Year', actual_price: 99.5, elevated_price: 120, validity_in_days: 365, tag: 'DEFAULT' },
            ],
          },
        },
      ],
    });
    for (const unknown of [newId(), 'inv-7', batch])
      expect((await school.admin('GET', `${INVITES}/${school.orgId}/${unknown}`)).status).toBe(404);
  });

  it('takes a third type of payment option as it takes free and paid ones [LA-017]', async () => {
    const batch = await school.batch();
    const links = ['FREE', 'PAID', 'SCHOLARSHIP'].flatMap((type) => linksOf({ name: type, type }, batch));
    const { package_session_to_payment_options: stored } = await made({
      name: 'Three',
      package_session_to_payment_options: links,
    });
    expect(stored.map((link: Reply['body']) => link.payment_option.type)).toEqual(['FREE', 'PAID', 'SCHOLARSHIP']);
  });

  it('has a code that no other of the organization has, made where none is given [LA-029]', async () => {
    const other = await made({ name: 'No code' });
    expect(other.invite_code).toMatch(/^[0-9A-F]{8}$/);
    const refused = await make({ name: 'Doubled', invite_code: other.invite_code.toLowerCase() });
    expect([refused.status, refused.body.code]).toEqual([409, 'already_exists']);
  });

  it('that offers one option for several batches has it once', async () => {
    const batches = [await school.batch(), await school.batch()];
    const { package_session_to_payment_options: links } = await made({
      name: 'Both',
      is_bundled: true,
      package_session_to_payment_options: linksOf(FREE, ...batches),
    });
    expect(new Set(links.map((link: Reply['body']) => link.payment_option.id)).size).toBe(1);
  });
});

describe('the default invite', () => {
  it('of a package session is given in full; without one the answer is 404 and nothing is made [LA-217, LA-218]', async () => {
    const batch = await school.batch();
    const path = `${INVITES}/default/${school.orgId}/${batch}`;
    const before = await school.counts();
    expect((await school.admin('GET', path)).status).toBe(404);
    expect(await school.counts()).toEqual(before);
    await made({ name: 'Plain', package_session_to_payment_options: linksOf(FREE, batch) });
    expect((await school.admin('GET', path)).status).toBe(404);
    const standard = await made({
      name: 'Standard',
      tag: 'DEFAULT',
      package_session_to_payment_options: linksOf(PAID, batch),
    });
    expect(await school.admin('GET', path)).toMatchObject({ status: 200, body: standard });
  });

  it('is one: a second one is refused, naming the first, also of many at once', async () => {
    const batch = await school.batch();
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        make({ name: `Default ${n}`, tag: 'DEFAULT', package_session_to_payment_options: linksOf(FREE, batch) }),
      ),
    );
    const [first] = replies.filter(({ status }) => status === 201);
    const others = replies.filter(({ status }) => status === 409);
    expect(others).toHaveLength(7);
    for (const { body } of others) {
      expect(body.code).toBe('default_invite_taken');
      expect(body.message).toContain(first?.body.name);
    }
  });

  it('is so no longer without its tag, or when it is not active, and another can be made it', async () => {
    const batch = await school.batch();
    const links = { package_session_to_payment_options: linksOf(FREE, batch) };
    const standing = async (): Promise<string | undefined> =>
      (await school.admin('GET', `${INVITES}/default/${school.orgId}/${batch}`)).body.id;
    const first = await made({ name: 'First', tag: 'DEFAULT', ...links });
    const second = await made({ name: 'Second', ...links });
    const change = async (id: string, body: object) =>
      (await school.admin('PUT', `${INVITES}/${school.orgId}/${id}`, body)).status;
    expect(await change(second.id, { tag: 'DEFAULT' })).toBe(409);
    expect(await change(first.id, { status: 'INACTIVE' })).toBe(200);
    expect(await standing()).toBeUndefined();
    expect(await change(second.id, { tag: 'DEFAULT' })).toBe(200);
    expect(await standing()).toBe(second.id);
    expect(await change(first.id, { status: 'ACTIVE' })).toBe(409);
    expect(await change(second.id, { tag: null })).toBe(200);
    expect(await change(first.id, { status: 'ACTIVE' })).toBe(200);
    expect(await standing()).toBe(first.id);
  });
});

describe('a change', () => {
  it('of what was read and is sent back changes nothing; fields that are left out stay', async () => {
    const invite = await made({
      name: 'Read',
      learner_access_days: 30,
      package_session_to_payment_options: [
        ...linksOf(PAID, await school.batch()),
        ...linksOf(FREE, await school.batch()),
      ],
    });
    const path = `${INVITES}/${school.orgId}/${invite.id}`;
    expect((await school.admin('PUT', path, invite)).body).toEqual(invite);
    const { status, body } = await school.admin('PUT', path, { name: 'Read again' });
    expect(status).toBe(200);
    expect(body).toEqual({ ...invite, name: 'Read again', updated_at: expect.any(String) });
    expect(body.updated_at > invite.updated_at).toBe(true);
  });

  it('replaces the option of a default invite, changes and adds plans, and keeps those that are left out as inactive', async () => {
    const [kept, dropped, added] = [await school.batch(), await school.batch(), await school.batch()];
    const invite = await made({
      name: 'Grown',
      tag: 'DEFAULT',
      package_session_to_payment_options: linksOf(PAID, kept, dropped),
    });
    const [{ payment_option: option }] = invite.package_session_to_payment_options;
    const [half, year] = option.payment_plans;
    const { body } = await school.admin('PUT', `${INVITES}/${school.orgId}/${invite.id}`, {
      package_session_to_payment_options: [
        ...linksOf(FREE, kept),
        ...linksOf(
          {
            id: option.id,
            payment_plans: [
              { id: year.id, actual_price: 110 },
              { name: 'Forever', actual_price: 500 },
            ],
          },
          added,
        ),
      ],
    });
    expect(
      body.package_session_to_payment_options.map((link: Reply['body']) => [
        link.package_session_id,
        link.payment_option.name,
      ]),
    ).toEqual([
      [kept, 'Free'],
      [added, 'Paid'],
    ]);
    const plans = body.package_session_to_payment_options[1].payment_option.payment_plans;
    expect(plans).toHaveLength(3);
    expect(plans).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: half.id, status: 'INACTIVE' }),
        expect.objectContaining({ id: year.id, actual_price: 110, elevated_price: 120, status: 'ACTIVE' }),
        expect.objectContaining({ name: 'Forever', actual_price: 500, validity_in_days: null }),
      ]),
    );
    const ofBatch = async (batch: string) =>
      (await school.admin('GET', `${INVITES}/default/${school.orgId}/${batch}`)).status;
    expect([await ofBatch(kept), await ofBatch(dropped), await ofBatch(added)]).toEqual([200, 404, 200]);
  });

  it('of a price shows in the time of the last change [LA-213]', async () => {
    const invite = await made({
      name: 'Priced',
      package_session_to_payment_options: linksOf(PAID, await school.batch()),
    });
    const [{ payment_option: option, package_session_id: batch }] = invite.package_session_to_payment_options;
    const [half, year] = option.payment_plans;
    const plans = [half, { ...year, actual_price: 1 }];
    await school.admin('PUT', `${INVITES}/${school.orgId}/${invite.id}`, {
      package_session_to_payment_options: linksOf({ ...option, payment_plans: plans }, batch),
    });
    const { body } = await list({ search_name: 'Priced' });
    expect(body.content[0].updated_at > invite.updated_at).toBe(true);
    expect(body.content[0].created_at).toBe(invite.created_at);
  });

  it('that takes away a link shows in the time of the last change, alone and in the list [LA-213]', async () => {
    const [kept, gone] = [await school.batch(), await school.batch()];
    const invite = await made({
      name: 'Shrinks',
      package_session_to_payment_options: [...linksOf(PAID, kept), ...linksOf(FREE, gone)],
    });
    const [link] = invite.package_session_to_payment_options.filter(
      (one: { package_session_id: string }) => one.package_session_id === kept,
    );
    const { body } = await school.admin('PUT', `${INVITES}/${school.orgId}/${invite.id}`, {
      package_session_to_payment_options: [link],
    });
    expect(body.package_session_to_payment_options).toEqual([link]);
    expect(body.updated_at > invite.updated_at).toBe(true);
    const [row] = (await list({ search_name: 'Shrinks' })).body.content;
    expect([row.updated_at, row.created_at]).toEqual([body.updated_at, invite.created_at]);
    expect((await school.admin('PUT', `${INVITES}/${school.orgId}/${invite.id}`, body)).body.updated_at).toBe(
      body.updated_at,
    );
  });

  it('is an operation: it stands in the audit trail and can be undone, unless somebody is enrolled under it', async () => {
    const [batch, [learner]] = [await school.batch(), await school.learners(1)];
    const before = await school.counts();
    const [used, unused] = [
      await made({ name: 'Used', tag: 'DEFAULT', package_session_to_payment_options: linksOf(FREE, batch) }),
      await made({ name: 'Unused', package_session_to_payment_options: linksOf(FREE, batch) }),
    ];
    expect(
      (await school.assign({ user_ids: [learner], assignments: [{ package_session_id: batch }] })).body.summary
        .successful,
    ).toBe(1);
    const operationOf = async (id: string): Promise<string> =>
      (await school.admin('GET', `/api/audit?entity_id=${id}`)).body.items[0].operation_id;
    const admin = await school.query(
      sql<{ id: string }>`select account_id as id from users where 'subscriber_admin' = any(roles)`,
    );
    const actor = {
      accountId: admin[0]?.id ?? '',
      orgId: school.orgId,
      userId: null,
      name: '',
      roles: ['subscriber_admin' as const],
      role: 'subscriber_admin' as const,
      unitId: null,
      lesserPlan: null,
    };
    const back = async (id: string) => undo({ engine: testEngine(school.database), actor }, await operationOf(id), {});
    expect(await back(unused.id)).toMatchObject({ successful_items: 1 });
    expect(await back(used.id)).toMatchObject({ successful_items: 0 });
    expect((await school.counts())['enroll_invites']).toBe((before['enroll_invites'] ?? 0) + 1);
  });
});

describe('the list', () => {
  it('comes page by page, ten rows where nothing is said, in Spring’s form of a page [LA-194, LA-196, LA-197, LA-203]', async () => {
    const batch = await school.batch();
    await several(25, batch);
    const filter = { package_session_ids: [batch], search_name: null };
    const first = await list(filter, '&pageNo=0&pageSize=10');
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ totalElements: 25, totalPages: 3, number: 0, size: 10, last: false });
    expect(first.body.content).toHaveLength(10);
    expect((await list(filter)).body).toEqual(first.body);
    const third = (await list(filter, '&pageNo=2')).body;
    expect([third.content.length, third.number, third.last]).toEqual([5, 2, true]);
    expect((await list(filter, '&pageNo=3')).body).toMatchObject({ content: [], totalElements: 25, last: true });
    const all = [...first.body.content, ...(await list(filter, '&pageNo=1')).body.content, ...third.content];
    expect(new Set(all.map(({ id }: { id: string }) => id)).size).toBe(25);
  });

  it('needs the organization, and says so [LA-195]', async () => {
    const { status, body } = await school.admin('POST', `${INVITES}/get-enroll-invite`, {});
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ code: 'required', field: 'instituteId' }]);
  });

  it('shows of each invite all that it is drawn with, without another request [LA-204 to LA-212, LA-214 to LA-216, LA-406]', async () => {
    const batch = await school.batch();
    const other = await school.batch();
    await made({
      name: 'Free one',
      tag: 'DEFAULT',
      learner_access_days: 180,
      start_date: '2026-02-01',
      short_url: 'https://x.example/f',
      package_session_to_payment_options: linksOf(FREE, batch, other),
    });
    await made({ name: 'Paid one', end_date: '2026-12-31', package_session_to_payment_options: linksOf(PAID, batch) });
    const { body } = await list({ package_session_ids: [batch], sort_columns: { created_at: 'desc' } });
    const common = {
      id: expect.any(String),
      invite_code: expect.any(String),
      status: 'ACTIVE',
      institute_id: school.orgId,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      is_bundled: false,
    };
    expect(body.content).toEqual([
      {
        ...common,
        name: 'Paid one',
        start_date: null,
        end_date: '2026-12-31',
        tag: null,
        short_url: null,
        learner_access_days: null,
        package_session_ids: [batch],
        plan_summary: { name: 'Year', price: 99.5, type: 'PAID', currency: null, validity_in_days: 365 },
      },
      {
        ...common,
        name: 'Free one',
        start_date: '2026-02-01',
        end_date: null,
        tag: 'DEFAULT',
        short_url: 'https://x.example/f',
        learner_access_days: 180,
        package_session_ids: expect.arrayContaining([batch, other]),
        plan_summary: { name: 'Free Plan', price: 0, type: 'FREE', currency: null, validity_in_days: null },
      },
    ]);
  });

  it('is narrowed by name, package session, payment option and tag, and in no way by null [LA-198, LA-199, LA-200, LA-202]', async () => {
    const [one, two] = [await school.batch(), await school.batch()];
    const spring = await made({
      name: 'Narrow 100% Spring',
      tag: 'DEFAULT',
      package_session_to_payment_options: linksOf(PAID, one),
    });
    await made({ name: 'Narrow 100 Autumn', package_session_to_payment_options: linksOf(FREE, one) });
    await made({ name: 'Narrow Winter', package_session_to_payment_options: linksOf(FREE, two) });
    const names = async (filter: object): Promise<string[]> =>
      (await list({ package_session_ids: [one, two], ...filter })).body.content
        .map(({ name }: { name: string }) => name)
        .sort();
    const all = ['Narrow 100 Autumn', 'Narrow 100% Spring', 'Narrow Winter'];
    expect(await names({ search_name: null, payment_option_ids: null, tags: null })).toEqual(all);
    expect(await names({})).toEqual(all);
    expect(await names({ search_name: 'narrow 100%' })).toEqual(['Narrow 100% Spring']);
    expect(await names({ package_session_ids: [two] })).toEqual(['Narrow Winter']);
    expect(await names({ package_session_ids: [newId()] })).toEqual([]);
    const { payment_option: option } = spring.package_session_to_payment_options[0];
    expect(await names({ payment_option_ids: [option.id] })).toEqual(['Narrow 100% Spring']);
    expect(await names({ tags: ['DEFAULT'] })).toEqual(['Narrow 100% Spring']);
  });

  it('is sorted as asked, and newest first where nothing is asked; an unknown column is refused [LA-201]', async () => {
    const batch = await school.batch();
    const ids = await several(4, batch);
    const order = async (sort?: object): Promise<string[]> =>
      (
        await list({ package_session_ids: [batch], ...(sort === undefined ? {} : { sort_columns: sort }) })
      ).body.content.map(({ id }: { id: string }) => id);
    expect(await order({ created_at: 'asc' })).toEqual(ids);
    expect(await order({ created_at: 'DESC' })).toEqual(ids.toReversed());
    expect(await order()).toEqual(ids.toReversed());
    expect(await order({ name: 'asc' })).toEqual(ids);
    expect((await list({ sort_columns: { password: 'asc' } })).status).toBe(400);
    expect((await list({ sort_columns: { name: 'sideways' } })).status).toBe(400);
  });
});

describe('what cannot be', () => {
  it.each([
    [
      'a plan with a negative price',
      {
        name: 'X',
        package_session_to_payment_options: [
          { package_session_id: 'b', payment_option: { name: 'O', payment_plans: [{ name: 'P', actual_price: -1 }] } },
        ],
      },
    ],
    ['zero days of access', { name: 'X', learner_access_days: 0 }],
    ['an end before the start', { name: 'X', start_date: '2026-02-02', end_date: '2026-02-01' }],
    ['an unknown status', { name: 'X', status: 'SLEEPING' }],
    ['no name', {}],
    [
      'an option without name',
      { name: 'X', package_session_to_payment_options: [{ package_session_id: 'BATCH', payment_option: {} }] },
    ],
    [
      'an option that is not there',
      {
        name: 'X',
        package_session_to_payment_options: [{ package_session_id: 'BATCH', payment_option: { id: 'po-3' } }],
      },
    ],
    [
      'a batch with one option twice',
      { name: 'X', package_session_to_payment_options: [...linksOf(FREE, 'BATCH'), ...linksOf(FREE, 'BATCH')] },
    ],
  ])('is refused whole: %s', async (_what, body) => {
    const batch = await school.batch();
    const before = await school.counts();
    const reply = await make(JSON.parse(JSON.stringify(body).replaceAll('BATCH', batch)));
    expect(reply.status).toBe(400);
    expect(reply.body.errors.length).toBeGreaterThan(0);
    expect(await school.counts()).toEqual(before);
  });

  it('a package session that is unknown or foreign is not found', async () => {
    const other = await aLearnerSchool(school.database, school.app);
    const replies = await Promise.all(
      [newId(), 'b-301', await other.batch()].map((id) =>
        make({ name: 'X', package_session_to_payment_options: linksOf(FREE, id) }),
      ),
    );
    for (const { status, body } of replies) expect([status, body.code]).toEqual([404, 'batch_not_found']);
  });
});

describe('rights', () => {
  it('invites are for whoever manages learners, of the own organization alone [LA-220]', async () => {
    const batch = await school.batch();
    const { id } = await made({
      name: 'Ours',
      tag: 'DEFAULT',
      package_session_to_payment_options: linksOf(FREE, batch),
    });
    const calls = (orgId: string): ['GET' | 'POST' | 'PUT', string, object | undefined][] => [
      ['POST', `${INVITES}/get-enroll-invite?instituteId=${orgId}`, {}],
      ['GET', `${INVITES}/default/${orgId}/${batch}`, undefined],
      ['GET', `${INVITES}/${orgId}/${id}`, undefined],
      ['POST', `${INVITES}/${orgId}`, { name: 'Theirs' }],
      ['PUT', `${INVITES}/${orgId}/${id}`, { name: 'Theirs' }],
    ];
    const { enroll_invites: invites, invite_options: links, outbox } = await school.counts();
    for (const role of ['student', 'teacher']) {
      const { userId } = await aPerson(school.database, school.orgId, { name: 'No Admin', roles: [role] });
      const call = await callerOf(school.app, school.database, school.orgId, userId ?? '');
      for (const [method, url, body] of calls(school.orgId))
        expect([role, url, (await call(method, url, body)).status]).toEqual([role, url, 403]);
    }
    const other = await anOrganization(school.app, school.database, `Other ${newId()}`);
    for (const orgId of [school.orgId, newId(), 'org-4'])
      for (const [method, url, body] of calls(orgId))
        expect([url, (await other.admin(method, url, body)).status]).toEqual([url, 403]);
    for (const url of [`${INVITES}/default/${other.orgId}/${batch}`, `${INVITES}/${other.orgId}/${id}`])
      expect((await other.admin('GET', url)).status).toBe(404);
    expect((await other.admin('PUT', `${INVITES}/${other.orgId}/${id}`, { name: 'Theirs' })).status).toBe(404);
    expect(
      (await other.admin('POST', `${INVITES}/get-enroll-invite?instituteId=${other.orgId}`, {})).body.content,
    ).toEqual([]);
    expect(await school.counts()).toMatchObject({ enroll_invites: invites, invite_options: links, outbox });
  });

  it('a body that names another organization than its path is refused', async () => {
    expect((await make({ name: 'Elsewhere', institute_id: newId() })).status).toBe(403);
  });

  it('a teacher_admin writes invites for batches of own units alone, and no option that others offer as well', async () => {
    const [own, elsewhere] = [
      await aUnit(school.database, school.orgId, `own ${newId()}`),
      await aUnit(school.database, school.orgId, `else ${newId()}`),
    ];
    const batchIn = async (unitId: string): Promise<string> => {
      const classroomId = newId();
      await school.query(
        sql`insert into classrooms (org_id, id, name, unit_id) values (${school.orgId}, ${classroomId}, 'Room', ${unitId})`,
      );
      return school.batch({ classroomId });
    };
    const [mine, theirs] = [await batchIn(own), await batchIn(elsewhere)];
    const { userId } = await aPerson(school.database, school.orgId, {
      name: 'He Ad',
      roles: ['teacher_admin'],
      unitId: own,
    });
    const head = await callerOf(school.app, school.database, school.orgId, userId ?? '');
    expect((await make({ name: 'Mine', package_session_to_payment_options: linksOf(FREE, mine) }, head)).status).toBe(
      201,
    );
    expect(
      (await make({ name: 'Not mine', package_session_to_payment_options: linksOf(FREE, mine, theirs) }, head)).status,
    ).toBe(403);
    const foreign = await made({ name: 'Theirs', package_session_to_payment_options: linksOf(FREE, theirs) });
    expect((await head('PUT', `${INVITES}/${school.orgId}/${foreign.id}`, { name: 'Taken' })).status).toBe(403);
    const { payment_option: option } = foreign.package_session_to_payment_options[0];
    expect(
      (
        await make(
          { name: 'Borrowed', package_session_to_payment_options: linksOf({ id: option.id, name: 'Mine now' }, mine) },
          head,
        )
      ).status,
    ).toBe(403);
  });
});
