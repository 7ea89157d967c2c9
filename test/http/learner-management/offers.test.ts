/** Under what learners are enrolled: invite, option, plan, access, payment, custom fields. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { aLearnerSchool, enrollmentsIn, type InviteValues, type LearnerSchool, inDays } from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

const failed = (message: string) => ({
  status: 'FAILED',
  action_taken: 'NONE',
  message: expect.stringMatching(new RegExp(`^Config resolution failed: ${message}`)),
});

/** Enrolls one new learner; the result, and what is stored. */
async function enrolled(batch: string, entry: object = {}) {
  const ids = await school.learners(1);
  const { body } = await school.assign({ user_ids: ids, assignments: [{ package_session_id: batch, ...entry }] });
  const stored = (await enrollmentsIn(school, batch)).find((row) => row.student_id === ids[0]);
  return { result: body.results[0], stored };
}

async function link(
  invite: string,
  batch: string,
  values: { option: string; status?: string; position: number },
): Promise<void> {
  await school.query(sql`
    insert into invite_options (org_id, id, enroll_invite_id, batch_id, payment_option_id, status, position)
    values (${school.orgId}, ${newId()}, ${invite}, ${batch}, ${values.option}, ${values.status ?? 'ACTIVE'}, ${values.position})`);
}

async function addPlan(
  option: string,
  values: { tag?: string; status?: string; position?: number; days?: number },
): Promise<string> {
  const id = newId();
  await school.query(sql`
    insert into payment_plans (org_id, id, payment_option_id, name, tag, status, position, validity_in_days)
    values (${school.orgId}, ${id}, ${option}, 'Further', ${values.tag ?? null}, ${values.status ?? 'ACTIVE'}, ${values.position ?? 1}, ${values.days ?? null})`);
  return id;
}

const anInvite = (batch: string, values: Partial<InviteValues> = {}) => school.invite({ batches: [batch], ...values });

describe('the invite', () => {
  it('is the one that is named; else the default one, though it is older or costs money [LA-071, LA-091, LA-092, LA-036, LA-097, LA-037, LA-138]', async () => {
    const batch = await school.batch();
    const usual = await anInvite(batch, { isDefault: true, price: 80 });
    const named = await anInvite(batch);
    const [absent, empty, other] = [
      await enrolled(batch),
      await enrolled(batch, { enroll_invite_id: null }),
      await enrolled(batch, { enroll_invite_id: named.id }),
    ];
    expect([absent, empty, other].map(({ result }) => result.enroll_invite_id_used)).toEqual([
      usual.id,
      usual.id,
      named.id,
    ]);
    expect([absent, empty, other].map(({ stored }) => stored?.enroll_invite_id)).toEqual([
      usual.id,
      usual.id,
      named.id,
    ]);
  });

  it('can be another one for each batch of a call [LA-108]', async () => {
    const [one, two, ids] = [await school.batch(), await school.batch(), await school.learners(1)];
    const [usual, named] = [await anInvite(one, { isDefault: true }), await anInvite(two)];
    const { body } = await school.assign({
      user_ids: ids,
      assignments: [{ package_session_id: one }, { package_session_id: two, enroll_invite_id: named.id }],
    });
    expect(body.results.map((row: { enroll_invite_id_used: string }) => row.enroll_invite_id_used)).toEqual([
      usual.id,
      named.id,
    ]);
  });

  it('is made free and without end where there is none: announced in the preview, made once by the run [LA-093, LA-094, LA-096, LA-144, LA-428]', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(3)];
    const before = await school.counts();
    const wanted = { user_ids: ids, assignments: [{ package_session_id: batch }] };
    const preview = await school.assign({ ...wanted, options: { dry_run: true } });
    for (const row of preview.body.results) {
      expect(row).toMatchObject({ status: 'SUCCESS', message: 'A free default invite will be made' });
      expect(row).not.toHaveProperty('enroll_invite_id_used');
    }
    expect(await school.counts()).toEqual(before);
    const run = await school.assign(wanted);
    const made = await school.query(sql<Record<string, unknown>>`
      select i.tag, i.status, i.learner_access_days, i.is_bundled, o.type, p.actual_price, p.validity_in_days, l.is_default, i.id
      from invite_options l
      join enroll_invites i on i.org_id = l.org_id and i.id = l.enroll_invite_id
      join payment_options o on o.org_id = l.org_id and o.id = l.payment_option_id
      join payment_plans p on p.org_id = l.org_id and p.payment_option_id = o.id
      where l.org_id = ${school.orgId} and l.batch_id = ${batch}`);
    expect(made).toEqual([
      {
        tag: 'DEFAULT',
        status: 'ACTIVE',
        learner_access_days: null,
        is_bundled: false,
        type: 'FREE',
        actual_price: 0,
        validity_in_days: null,
        is_default: true,
        id: run.body.results[0].enroll_invite_id_used,
      },
    ]);
    expect(
      new Set(run.body.results.map((row: { enroll_invite_id_used: string }) => row.enroll_invite_id_used)).size,
    ).toBe(1);
    expect(run.body.results[0]).not.toHaveProperty('message');
    expect((await enrolled(batch)).result.enroll_invite_id_used).toBe(made[0]?.['id']);
  });

  it('that is made ends access when the organization says so, and no longer once it does not [LA-096]', async () => {
    const set = async (days: unknown) =>
      school.admin('PATCH', '/api/organization', { settings: { learner_access_days: days } });
    const madeFor = async (given = {}) => {
      const batch = await school.batch();
      const { stored } = await enrolled(batch, given);
      const { body } = await school.admin(
        'GET',
        `/admin-core-service/v1/enroll-invite/default/${school.orgId}/${batch}`,
      );
      const [link] = body.package_session_to_payment_options;
      return [body.learner_access_days, link.payment_option.payment_plans[0].validity_in_days, stored?.access_ends_at];
    };
    expect(await madeFor()).toEqual([null, null, null]);
    expect((await set(180)).body.settings.learner_access_days).toBe(180);
    expect(await madeFor()).toEqual([180, null, inDays(180)]);
    expect(await madeFor({ access_days: 30 })).toEqual([180, null, inDays(30)]);
    const named = await school.batch();
    await anInvite(named, { isDefault: true });
    expect((await enrolled(named)).stored?.access_ends_at).toBeNull();
    for (const wrong of [0, 1.5, 36_501, '30']) expect((await set(wrong)).status).toBe(400);
    expect((await set(null)).body.settings.learner_access_days).toBeNull();
    expect(await madeFor()).toEqual([null, null, null]);
  });

  it('is made once by 20 calls at the same time [LA-095]', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(20)];
    const replies = await Promise.all(
      ids.map((id) => school.assign({ user_ids: [id], assignments: [{ package_session_id: batch }] })),
    );
    expect(replies.map(({ body }) => body.summary.successful)).toEqual(ids.map(() => 1));
    expect(new Set(replies.map(({ body }) => body.results[0].enroll_invite_id_used)).size).toBe(1);
    const invites = await school.query(
      sql`select from invite_options where org_id = ${school.orgId} and batch_id = ${batch}`,
    );
    expect(invites).toHaveLength(1);
  });

  it('fails its pairs when it is inactive, past its dates, of another organization or of other batches [LA-105]', async () => {
    const other = await aLearnerSchool(school.database, school.app);
    const [batch, elsewhere] = [await school.batch(), await school.batch()];
    const refused = async (invite: { id: string }) => (await enrolled(batch, { enroll_invite_id: invite.id })).result;
    expect(await refused(await anInvite(batch, { status: 'INACTIVE' }))).toMatchObject(
      failed('the invite Invite is not active'),
    );
    expect(await refused(await anInvite(batch, { endDate: '2026-03-09' }))).toMatchObject(
      failed('the invite Invite is not open on 2026-03-10'),
    );
    expect(await refused(await other.invite({ batches: [await other.batch()] }))).toMatchObject(
      failed('there is no such invite'),
    );
    expect(await refused({ id: 'inv-7' })).toMatchObject(failed('there is no such invite'));
    expect(await refused(await anInvite(elsewhere))).toMatchObject(
      failed('the invite Invite does not cover this batch'),
    );
    expect(
      (await enrolled(batch, { enroll_invite_id: (await anInvite(batch, { endDate: '2026-03-10' })).id })).result
        .status,
    ).toBe('SUCCESS');
  });
});

describe('option and plan', () => {
  it('are those that are named, else the first active link and its default or first active plan [LA-024, LA-072, LA-073, LA-098 to LA-102, LA-008]', async () => {
    const batch = await school.batch();
    const invite = await anInvite(batch, { isDefault: true });
    const [second, third] = [await anInvite(await school.batch()), await anInvite(await school.batch())];
    await school.query(
      sql`update invite_options set status = 'INACTIVE' where org_id = ${school.orgId} and enroll_invite_id = ${invite.id}`,
    );
    await link(invite.id, batch, { option: third.optionId, position: 2 });
    await link(invite.id, batch, { option: second.optionId, position: 1 });
    const used = async (entry: object) => {
      const { stored } = await enrolled(batch, entry);
      return [stored?.payment_option_id, stored?.payment_plan_id];
    };
    expect(await used({})).toEqual([second.optionId, second.planId]);
    expect(await used({ payment_option_id: null, plan_id: null })).toEqual([second.optionId, second.planId]);
    expect(await used({ payment_option_id: third.optionId })).toEqual([third.optionId, third.planId]);
    const preferred = await addPlan(second.optionId, { tag: 'DEFAULT', position: 5 });
    const inactive = await addPlan(third.optionId, { tag: 'DEFAULT', status: 'INACTIVE' });
    expect(await used({})).toEqual([second.optionId, preferred]);
    expect(await used({ plan_id: second.planId })).toEqual([second.optionId, second.planId]);
    expect(await used({ payment_option_id: third.optionId })).toEqual([third.optionId, third.planId]);
    expect((await enrolled(batch, { payment_option_id: third.optionId, plan_id: inactive })).result).toMatchObject(
      failed('the payment option'),
    );
  });

  it('that cannot be had fail the pair with the reason, and no other [LA-103, LA-104, LA-234]', async () => {
    const [batch, good, ids] = [await school.batch(), await school.batch(), await school.learners(1)];
    const [invite, stranger] = [await anInvite(batch, { isDefault: true }), await anInvite(good, { isDefault: true })];
    expect((await enrolled(batch, { payment_option_id: stranger.optionId })).result).toMatchObject(
      failed('the invite Invite does not offer the named'),
    );
    expect((await enrolled(batch, { plan_id: stranger.planId })).result).toMatchObject(
      failed('the payment option Option does not have the named plan'),
    );
    await school.query(
      sql`update payment_plans set status = 'INACTIVE' where org_id = ${school.orgId} and id = ${invite.planId}`,
    );
    expect((await enrolled(batch)).result).toMatchObject(failed('the payment option Option has no active plan'));
    await school.query(
      sql`update invite_options set status = 'INACTIVE' where org_id = ${school.orgId} and enroll_invite_id = ${invite.id}`,
    );
    const { body } = await school.assign({
      user_ids: ids,
      assignments: [{ package_session_id: batch }, { package_session_id: good }],
    });
    expect(body.results).toMatchObject([
      failed('the invite Invite has no active payment option'),
      { status: 'SUCCESS' },
    ]);
  });

  it('is looked up once for each batch, however many learners [LA-110]', async () => {
    const [batch, ids] = [await school.batch(), await school.learners(500)];
    await anInvite(batch, { isDefault: true });
    const asked = vi.spyOn(pg.Client.prototype, 'query');
    const { body } = await school.assign({
      user_ids: ids,
      assignments: [{ package_session_id: batch }],
      options: { dry_run: true },
    });
    const statements = asked.mock.calls.map(([statement]) => JSON.stringify(statement));
    asked.mockRestore();
    expect(body.summary.successful).toBe(500);
    expect(statements.filter((text) => text.includes('join enroll_invites'))).toHaveLength(1);
  });

  it('with require_approval count as approved, which the trail of the plan says [LA-111]', async () => {
    const batch = await school.batch();
    await anInvite(batch, { isDefault: true, requiresApproval: true });
    const { stored, result } = await enrolled(batch);
    expect(stored).toMatchObject({ status: 'active', approval: 'approved by assignment' });
    const changes = await school.query(sql<{ approval: string }>`
      select after ->> 'approval' as approval from changes where org_id = ${school.orgId} and entity_id = ${result.user_plan_id}`);
    expect(changes).toEqual([{ approval: 'approved by assignment' }]);
  });
});

describe('access', () => {
  it('lasts as the assignment says, else the invite, else the plan, else without end [LA-106, LA-107, LA-074]', async () => {
    const [all, plan, none] = [await school.batch(), await school.batch(), await school.batch()];
    await anInvite(all, { isDefault: true, accessDays: 60, validityDays: 90 });
    await anInvite(plan, { isDefault: true, validityDays: 90 });
    await anInvite(none, { isDefault: true });
    const ends = async (batch: string, entry = {}) => {
      const { stored } = await enrolled(batch, entry);
      expect(stored?.plan_ends_at).toEqual(stored?.access_ends_at);
      return stored?.access_ends_at;
    };
    expect(await ends(all, { access_days: 30 })).toEqual(inDays(30));
    expect(await ends(all)).toEqual(inDays(60));
    expect(await ends(all, { access_days: null })).toEqual(inDays(60));
    expect(await ends(plan)).toEqual(inDays(90));
    expect(await ends(none)).toBeNull();
  });
});

describe('what is held', () => {
  it('is one plan for several batches of a bundled invite, and a plan each otherwise [LA-039, LA-042]', async () => {
    const [one, two, three, ids] = [
      await school.batch(),
      await school.batch(),
      await school.batch(),
      await school.learners(2),
    ];
    await school.invite({ batches: [one, two], isDefault: true, isBundled: true });
    await anInvite(three, { isDefault: true });
    const { body } = await school.assign({
      user_ids: ids,
      assignments: [
        { package_session_id: one, access_days: 10 },
        { package_session_id: two, access_days: 20 },
        { package_session_id: three },
      ],
    });
    const plans = body.results.map((row: { user_plan_id: string }) => row.user_plan_id);
    expect([plans[0], plans[1]]).toEqual([plans[2], plans[3]]);
    expect(new Set(plans).size).toBe(4);
    const [shared] = await school.query(sql<{ ends_at: Date; enrollments: number }>`
      select p.ends_at, count(e.id) as enrollments from user_plans p join enrollments e on e.org_id = p.org_id and e.user_plan_id = p.id
      where p.org_id = ${school.orgId} and p.id = ${plans[0]} group by p.ends_at`);
    expect(shared).toEqual({ ends_at: inDays(20), enrollments: 2 });
  });

  it('is stored as an enrollment of type batch and source bulk_assign, whose id the result gives', async () => {
    const batch = await school.batch();
    const { result, stored } = await enrolled(batch);
    expect(stored).toMatchObject({
      id: result.mapping_id,
      user_plan_id: result.user_plan_id,
      enrollment_type: 'batch',
      source: 'bulk_assign',
      status: 'active',
    });
  });

  it('has the reference of an outside payment, of its own or the common one [LA-079, LA-080]', async () => {
    const [one, two, three, ids] = [
      await school.batch(),
      await school.batch(),
      await school.batch(),
      await school.learners(1),
    ];
    const { body } = await school.assign({
      user_ids: ids,
      options: { transaction_id: 'bank-5512' },
      assignments: [
        { package_session_id: one },
        { package_session_id: two, transaction_id: 'own-1' },
        { package_session_id: three, transaction_id: 'own-2' },
      ],
    });
    const stored = await school.query(sql<{ user_plan_id: string; transaction_id: string }>`
      select user_plan_id, transaction_id from payments where org_id = ${school.orgId} and user_plan_id = any(${body.results.map((row: { user_plan_id: string }) => row.user_plan_id)}::uuid[])`);
    const reference = (at: number) =>
      stored.find((row) => row.user_plan_id === body.results[at].user_plan_id)?.transaction_id;
    expect([reference(0), reference(1), reference(2)]).toEqual(['bank-5512', 'own-1', 'own-2']);
  });

  it('has the custom field values that were sent for it; an unknown field fails its pairs alone [LA-045, LA-046, LA-047, LA-076]', async () => {
    const [one, two, ids, field] = [await school.batch(), await school.batch(), await school.learners(1), newId()];
    await school.query(sql`insert into custom_fields (org_id, id, name) values (${school.orgId}, ${field}, 'House')`);
    const { body } = await school.assign({
      user_ids: ids,
      assignments: [
        { package_session_id: one, custom_field_values: [{ custom_field_id: field, value: 'blue house' }] },
        { package_session_id: two },
        { package_session_id: await school.batch(), custom_field_values: [{ custom_field_id: 'cf-1', value: 'x' }] },
      ],
    });
    expect(body.results).toMatchObject([
      { status: 'SUCCESS' },
      { status: 'SUCCESS' },
      { status: 'FAILED', message: 'Custom field cf-1 not found' },
    ]);
    const values = await school.query(sql<{ enrollment_id: string; value: string }>`
      select enrollment_id, value from custom_field_values where org_id = ${school.orgId} and custom_field_id = ${field}`);
    expect(values).toEqual([{ enrollment_id: body.results[0].mapping_id, value: 'blue house' }]);
    await school.deassign({ user_ids: ids, package_session_ids: [one] });
    await school.assign({
      user_ids: ids,
      options: { duplicate_handling: 'RE_ENROLL' },
      assignments: [{ package_session_id: one, custom_field_values: [{ custom_field_id: field, value: 'red house' }] }],
    });
    expect(await school.query(sql`select value from custom_field_values where org_id = ${school.orgId}`)).toEqual([
      { value: 'red house' },
    ]);
  });
});
