/** What is given to whom: values, dates, rosters, and whose students they are. */
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { snapshot } from '../../fixtures/snapshot.ts';
import { aSequence, students } from '../../fixtures/school.ts';
import { assign, draft, massApi, NOVEMBER, preview, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi(NOVEMBER);
});
afterAll(() => api.end());

interface PlanRow {
  values: Record<string, unknown>;
}

it('thresholds, retries, the rule of progression and dates stand in the plan of every student [MA-096] [MA-097] [MA-098] [MA-100] [MA-101]', async () => {
  const { SA1 } = api.people;
  const id = await draft(api, SA1, api.ids.U2.slice(0, 5), {
    parameters: { mastery_threshold: 85, retry_policy: { max_retries: 3 }, progression_rule: 'mastery_gated' },
    scheduling: { start_date: '2027-01-11', due_date: '2027-02-11' },
  });
  const { body } = await preview(api, SA1, id);
  const values = body.rows.map((row: PlanRow) => row.values);
  expect(values).toHaveLength(5);
  for (const one of values) {
    expect(one).toMatchObject({ mastery_threshold: 85, max_retries: 3, progression_rule: 'mastery_gated' });
    expect(new Date(one.start_at)).toEqual(new Date('2027-01-10T23:00:00Z'));
    expect(new Date(one.due_at)).toEqual(new Date('2027-02-11T22:59:59Z'));
  }
  expect((await api.call(SA1, 'GET', `/${id}`)).body.scheduling).toMatchObject({
    start_date: '2027-01-11',
    due_date: '2027-02-11',
  });
});

it('without a start date it is there at once; its steps are those of the published version, in order [MA-072] [MA-384]', async () => {
  const { T2 } = api.people;
  const done = await assign(api, T2, api.ids.T2.slice(0, 1));
  const [given] = await api.query(sql<{ state: string; version: number; steps: number[]; titles: string[] }>`
    select a.state, a.sequence_version as version, array_agg(s.step_no order by s.step_no) as steps, array_agg(s.title order by s.step_no) as titles
    from assignments a join assignment_steps s on s.assignment_id = a.id where a.operation_id = ${done.body.operation_id} group by a.org_id, a.id`);
  const twelve = Array.from({ length: 12 }, (_, at) => at + 1);
  expect(given).toEqual({ state: 'open', version: 3, steps: twelve, titles: twelve.map((n) => `Step ${String(n)}`) });
});

it('one student alone gets what many get at once [MA-040]', async () => {
  const { T2 } = api.people;
  const more = {
    content_payload: { sequence_id: api.sequences.S2 },
    parameters: { mastery_threshold: 66, optional_steps: [2] },
    scheduling: { due_date: '2027-03-01' },
  };
  const given = async (ids: readonly string[]) => {
    const { body } = await assign(api, T2, ids, more);
    const own = ['id', 'student_id', 'operation_id', 'created_at', 'updated_at'];
    const rows = await api.query(sql<{ row: object }>`
      select to_jsonb(a) - ${own}::text[] || jsonb_build_object('steps', (
        select jsonb_agg(to_jsonb(s) - '{id,assignment_id,created_at,updated_at}'::text[] order by s.step_no)
        from assignment_steps s where s.assignment_id = a.id)) as row
      from assignments a where a.operation_id = ${body.operation_id}`);
    return rows.map(({ row }) => row);
  };
  const [alone] = await given(api.ids.T2.slice(1, 2));
  for (const row of await given(api.ids.T2.slice(2, 7))) expect(row).toEqual(alone);
});

it('who does not exist is an error and not created, and no table but those of assignments is touched [MA-036] [MA-038]', async () => {
  const { SA1 } = api.people;
  const before = await snapshot(api.database, api.school.orgId, []);
  const unknown = newId();
  const id = await draft(api, SA1, [unknown]);
  const { body } = await api.call(SA1, 'POST', `/${id}/validate`);
  expect(body.errors).toMatchObject([{ code: 'student_not_found', student_id: unknown }]);
  const done = await assign(api, SA1, api.ids.U2.slice(10, 20));
  await api.call(SA1, 'POST', `/${String(done.body.operation_id)}/rollback`, {});
  await assign(api, SA1, api.ids.U2.slice(10, 20));
  const after = await snapshot(api.database, api.school.orgId, []);
  const changed = Object.keys(after).filter((table) => !isDeepStrictEqual(after[table], before[table]));
  expect(changed).toEqual(['assignment_steps', 'assignments']);
});

it('a withdrawn sequence cannot be given [MA-189]', async () => {
  const { SA1 } = api.people;
  const gone = await aSequence(api.database, api.school.orgId, 'Gone');
  await api.asOwner("update sequences set status = 'withdrawn' where id = $1", [gone]);
  const id = await draft(api, SA1, api.ids.U2.slice(0, 1), { content_payload: { sequence_id: gone } });
  const { body } = await api.call(SA1, 'POST', `/${id}/validate`);
  expect(body.errors).toMatchObject([{ code: 'content_unavailable', content_id: gone }]);
});

it('an admin of the organization reaches students of all units at once, a system_admin those of any organization [MA-235] [MA-243]', async () => {
  const { SA1, SYS } = api.people;
  const both = await assign(api, SA1, [...api.ids.C1.slice(0, 2), ...api.ids.U2.slice(0, 2)], {
    content_payload: { sequence_id: api.sequences.S3 },
  });
  expect(both.body.progress).toMatchObject({ total: 4, successful: 4 });
  const here = await assign(api, SYS, api.ids.U2.slice(3, 4), { content_payload: { sequence_id: api.sequences.S3 } });
  const elsewhere = await aSequence(api.database, api.other.orgId, 'Elsewhere');
  const there = await assign(api, { ...SYS, orgId: api.other.orgId }, api.ids.foreign.slice(0, 2), {
    content_payload: { sequence_id: elsewhere },
  });
  expect([here.body.org_id, here.body.progress.successful]).toEqual([api.school.orgId, 1]);
  expect([there.body.org_id, there.body.progress.successful]).toEqual([api.other.orgId, 2]);
});

it('who joins a class is in it at once [MA-393]', async () => {
  const total = async () => (await api.call(api.people.SA1, 'GET', `/roster?class=${api.classes.C1}`)).body.total;
  expect(await total()).toBe(30);
  await api.asOwner(
    'insert into classroom_students (org_id, id, classroom_id, student_id) values ($1, gen_random_uuid(), $2, $3)',
    [api.school.orgId, api.classes.C1, api.ids.U2[300]],
  );
  expect(await total()).toBe(31);
});

it('students of a batch are its teacher’s own; those of an ended relationship are not [MA-D87]', async () => {
  const { T3, SA1 } = api.people;
  const { orgId } = api.school;
  const [inBatch = '', left = '', stays = ''] = await students(api.database, orgId, 3);
  const [courseId, batchId] = [newId(), newId()];
  await api.query(sql`insert into courses (org_id, id, title) values (${orgId}, ${courseId}, 'Music')`);
  await api.query(
    sql`insert into batches (org_id, id, course_id, name) values (${orgId}, ${batchId}, ${courseId}, 'M1')`,
  );
  await api.query(
    sql`insert into batch_teachers (org_id, id, batch_id, teacher_id) values (${orgId}, gen_random_uuid(), ${batchId}, ${T3.userId})`,
  );
  await api.query(sql`
    insert into enrollments (org_id, id, student_id, batch_id, course_id, enrolled_at) values (${orgId}, gen_random_uuid(), ${inBatch}, ${batchId}, ${courseId}, now())`);
  await api.query(sql`
    insert into teacher_relationships (org_id, id, teacher_id, student_id, starts_on, ends_on)
    select ${orgId}, gen_random_uuid(), ${T3.userId}, s, current_date - 30, e from (values (${left}::uuid, current_date - 1), (${stays}::uuid, current_date)) r(s, e)`);
  const roster = await api.call(T3, 'GET', '/roster');
  const ids = roster.body.items.map((student: { student_id: string }) => student.student_id);
  expect(ids.sort()).toEqual([inBatch, stays].sort());
  const id = await draft(api, T3, [inBatch, left, stays]);
  const { body } = await api.call(T3, 'POST', `/${id}/validate`);
  expect(body.errors).toMatchObject([{ code: 'student_out_of_scope', student_id: left }]);
  expect((await api.call(SA1, 'GET', `/roster?teacher=${String(T3.userId)}`)).body.total).toBe(2);
});

it('dates that crowd are warned of by day and by week, and moved for whom they crowd [MA-217] [MA-D74] [MA-D75]', async () => {
  const { SA1 } = api.people;
  const [student = '', other = ''] = api.ids.U2.slice(50);
  const has = (...dueAt: string[]) =>
    api.asOwner(
      "insert into assignments (org_id, id, student_id, content_type, title, state, due_at) select $1, gen_random_uuid(), $2, 'games', 'Games', 'open', d from unnest($3::timestamptz[]) d",
      [api.school.orgId, student, dueAt],
    );
  const codes = async (due: string, more: object = {}) => {
    const id = await draft(api, SA1, [student, other], { scheduling: { due_date: due }, ...more });
    const { body } = await api.call(SA1, 'POST', `/${id}/validate`);
    return { id, codes: body.warnings.map((warning: { code: string }) => warning.code) };
  };
  // In Paris both are the 20th, and half past midnight is the 21st.
  await has('2027-01-20T22:30:00Z');
  expect((await codes('2027-01-20T08:00:00+01:00')).codes).toEqual(['due_date_overlap']);
  expect((await codes('2027-01-21T00:30:00+01:00')).codes).toEqual([]);
  await has('2027-01-22T10:00:00Z');
  expect((await codes('2027-01-24')).codes).toEqual([]);
  await has('2027-01-23T10:00:00Z');
  const crowded = await codes('2027-01-24');
  expect(crowded.codes).toEqual(['pacing_density']);
  const moved = await api.call(SA1, 'PATCH', `/${crowded.id}`, {
    overrides: { [student]: { due_date: '2027-02-10' } },
  });
  expect(moved.status).toBe(200);
  expect((await api.call(SA1, 'POST', `/${crowded.id}/validate`)).body.warnings).toEqual([]);
});
