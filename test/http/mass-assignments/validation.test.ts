import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assign, draft, massApi, NOVEMBER, preview, type Answer, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi(NOVEMBER);
});
afterAll(() => api.end());

interface Entry {
  code: string;
  severity: string;
  student_id: string | null;
  content_id: string | null;
  assignment_id?: string | null;
  message: string;
  correction: string;
}
const codes = (entries: Entry[]): string[] => entries.map((entry) => entry.code);

async function validated(students: readonly string[], more: object = {}, as = api.people.SA1): Promise<Answer> {
  const answer = await api.call(as, 'POST', `/${await draft(api, as, students, more)}/validate`);
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

it('every problem is told at once with what to do, as an error that blocks [MA-034] [MA-112] [MA-113] [MA-120] [MA-104] [MA-105] [MA-187] [MA-188] [MA-107] [MA-192] [MA-193] [MA-067]', async () => {
  const unknown = '01900000-0000-7000-8000-000000000001';
  const [inactive = ''] = api.ids.inactive;
  const [suspended = ''] = api.ids.suspended;
  const id = await draft(api, api.people.SA1, [inactive, suspended, ...api.ids.U2.slice(0, 3)], {
    content_payload: { sequence_ids: [api.sequences.S9, unknown] },
    scheduling: { start_date: '2027-02-01', due_date: '2027-01-01' },
  });
  const { body } = await api.call(api.people.SA1, 'POST', `/${id}/validate`);
  expect(codes(body.errors).sort()).toEqual([
    'content_deprecated',
    'content_not_found',
    'invalid_dates',
    'student_inactive',
    'student_suspended',
  ]);
  expect(new Set(body.errors.map((entry: Entry) => entry.severity))).toEqual(new Set(['error']));
  expect(body.errors.filter((entry: Entry) => !entry.message || !entry.correction)).toEqual([]);
  expect(body.errors.find((entry: Entry) => entry.code === 'student_inactive').student_id).toBe(inactive);
  expect(body.errors.find((entry: Entry) => entry.code === 'content_not_found').content_id).toBe(unknown);
  expect(body.errors.find((entry: Entry) => entry.code === 'content_deprecated').correction).toContain('Fractions');
  const confirmed = await api.call(api.people.SA1, 'POST', `/${id}/confirm`, {
    plan_hash: body.plan_hash,
    acknowledge_warnings: true,
  });
  expect([confirmed.status, confirmed.body.code]).toEqual([409, 'validation_errors']);
});

it('blocked students can be excluded, and then the rest is assigned [MA-120] [MA-066] [MA-090]', async () => {
  const { SA1 } = api.people;
  const [inactive = ''] = api.ids.inactive;
  const id = await draft(api, SA1, [inactive, inactive, ...api.ids.U2.slice(10, 13)]);
  expect((await preview(api, SA1, id)).body.impact.blocked).toBe(1);
  await api.call(SA1, 'PATCH', `/${id}`, {
    target: { student_ids: [inactive, ...api.ids.U2.slice(10, 13)], exclude: [inactive] },
  });
  const plan = await preview(api, SA1, id);
  expect(plan.body.impact).toMatchObject({ to_create: 3, blocked: 0, students: 3 });
});

it('students of others, closed accounts and foreign ids are refused, each in its way [MA-106] [MA-108] [MA-190] [MA-194] [MA-220] [MA-228]', async () => {
  const [mine = '', closed = ''] = api.ids.C1;
  const [theirs = ''] = api.ids.T2;
  const [foreign = ''] = api.ids.foreign;
  const unknown = '01900000-0000-7000-8000-000000000002';
  await api.asOwner('update users set is_restricted = true where id = $1', [closed]);
  const asTeacher = await validated([mine, closed, theirs], {}, api.people.T1);
  const errors = asTeacher.body.errors.map((entry: Entry) => [entry.code, entry.student_id]);
  expect(errors.sort()).toEqual([
    ['student_not_accessible', closed],
    ['student_out_of_scope', theirs],
  ]);
  expect(asTeacher.text).not.toContain('Student 2');
  const asAdmin = await validated([foreign, unknown], {}, api.people.SA1);
  const said = asAdmin.body.errors.map((entry: Entry) => ({
    ...entry,
    student_id: '',
    message: entry.message.replace(entry.student_id ?? '', ''),
  }));
  expect(said[0]).toEqual(said[1]);
  expect(said[0].code).toBe('student_not_found');
  const asUnitAdmin = await validated([theirs, api.ids.U2[0] ?? ''], {}, api.people.TA1);
  expect(asUnitAdmin.body.errors).toMatchObject([{ code: 'student_out_of_scope', student_id: api.ids.U2[0] }]);
  await api.asOwner('update users set is_restricted = false where id = $1', [closed]);
});

it('limits hold for each role, on distinct students without the excluded ones [MA-059] [MA-221] [MA-229] [MA-236] [MA-089] [MA-D81] [MA-248]', async () => {
  const { T1, TA1, SA1, SYS } = api.people;
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`);
  const made = async (as: MassApi['people']['T1'], target: object, more: object = {}) => {
    const { status, body } = await api.call(as, 'POST', '', {
      operation_type: 'assign_sequence',
      target,
      content_payload: { sequence_id: api.sequences.S1 },
      ...more,
    });
    return [status, body.code, body.limit];
  };
  for (const [who, limit] of [
    [T1, 50],
    [TA1, 1_000],
    [SA1, 5_000],
  ] as const) {
    expect(await made(who, { student_ids: many(limit) })).toEqual([201, undefined, undefined]);
    expect(await made(who, { student_ids: many(limit + 1) })).toEqual([400, 'limit_exceeded', limit]);
    expect(await made(who, { student_ids: [...many(limit + 1), ...many(3)], exclude: many(1) })).toEqual([
      201,
      undefined,
      undefined,
    ]);
  }
  expect(await made(SYS, { student_ids: many(5_001) })).toEqual([400, 'override_reason_needed', 5_000]);
  expect((await made(SYS, { student_ids: many(5_001) }, { override_reason: 'restoring a lost term' }))[0]).toBe(201);
  const id = await draft(api, T1, [], { target: { selection: { status: 'active' } } });
  const all = await api.call(T1, 'POST', `/${id}/validate`);
  expect([all.status, all.body.code, all.body.count]).toEqual([400, 'limit_exceeded', 60]);
});

it('criteria find students, and narrow each other [MA-004] [MA-005] [MA-061] [MA-062] [MA-063] [MA-064] [MA-065]', async () => {
  const { SA1, T1 } = api.people;
  const found = async (selection: object, more: object = {}) =>
    (await validated([], { target: { selection, ...more } })).body.student_count;
  expect(await found({ class_id: api.classes.C1 })).toBe(30);
  expect(await found({ grade_level: 5 })).toBe(30);
  expect(await found({ grade_level: '6' })).toBe(60);
  expect(await found({ teacher_id: T1.userId })).toBe(60);
  expect(await found({ class_id: api.classes.C1, grade_level: 5 })).toBe(30);
  expect(await found({ class_id: api.classes.C2 }, { exclude: api.ids.C2.slice(0, 2) })).toBe(28);
  expect(await found({ status: 'inactive' })).toBe(api.ids.inactive.length);
  expect(await found({ status: 'suspended' })).toBe(api.ids.suspended.length);
  // The inactive and suspended students of the school are all in grade 8.
  expect(await found({ grade_level: '8', status: 'active' })).toBe(api.ids.U2.length);
  const none = await api.call(
    SA1,
    'POST',
    `/${await draft(api, SA1, [], { target: { selection: { class_id: api.classes.C1, grade_level: 6 } } })}/validate`,
  );
  expect([none.status, none.body.code]).toEqual([400, 'empty_selection']);
});

it('parameters keep their ranges, and each refusal names its field [MA-D66] [MA-D67] [MA-D68] [MA-076] [MA-075] [MA-D94] [MA-267]', async () => {
  const body = {
    operation_type: 'assign_sequence',
    target: { student_ids: [api.ids.C1[0]] },
    content_payload: { sequence_id: api.sequences.S1 },
  };
  const refused = async (more: object) => {
    const answer = await api.call(api.people.SA1, 'POST', '', { ...body, ...more });
    return answer.status === 201
      ? null
      : [answer.status, ...answer.body.errors.map((error: { field: string }) => error.field)];
  };
  for (const mastery_threshold of [0, 100]) expect(await refused({ parameters: { mastery_threshold } })).toBeNull();
  for (const mastery_threshold of [-1, 101, 80.5])
    expect(await refused({ parameters: { mastery_threshold } })).toEqual([400, 'parameters.mastery_threshold']);
  for (const max_retries of [0, 20, null])
    expect(await refused({ parameters: { retry_policy: { max_retries } } })).toBeNull();
  expect(await refused({ parameters: { retry_policy: { max_retries: 21, wait_hours: 169, keep: 'first' } } })).toEqual([
    400,
    'parameters.retry_policy.max_retries',
    'parameters.retry_policy.wait_hours',
    'parameters.retry_policy.keep',
  ]);
  expect(await refused({ parameters: { retry_policy: { wait_hours: 168 } } })).toBeNull();
  expect(await refused({ parameters: { progression_rule: 'random' } })).toEqual([400, 'parameters.progression_rule']);
  for (const stagger_interval of [0, -1, 1.5])
    expect(await refused({ scheduling: { stagger_interval } })).toEqual([400, 'scheduling.stagger_interval']);
  expect(await refused({ scheduling: { staggered_release: 'yes' } })).toEqual([400, 'scheduling.staggered_release']);
  expect(await refused({ operation_type: 'assign_xyz' })).toEqual([400, 'operation_type']);
  expect(await refused({ target: { student_ids: [] } })).toEqual([400, 'target']);
  expect(await refused({ colour: 'red' })).toEqual([400, 'colour']);
  expect(
    await refused({ content_payload: { sequence_ids: Array.from({ length: 21 }, () => api.sequences.S1) } }),
  ).toEqual([400, 'content_payload.sequence_ids']);
  const bad = await api.call(api.people.SA1, 'POST', '', { ...body, scheduling: { due_date: 'tomorrow' } });
  expect([bad.status, bad.body.errors[0].code, bad.body.errors[0].field]).toEqual([
    400,
    'invalid_dates',
    'scheduling.due_date',
  ]);
});

it('optional steps exist, and are not all of them [MA-D71]', async () => {
  const refused = async (optional_steps: number[]) =>
    (
      await api.call(
        api.people.SA1,
        'POST',
        `/${await draft(api, api.people.SA1, api.ids.C1.slice(0, 1), { content_payload: { sequence_id: api.sequences.S2 }, parameters: { optional_steps } })}/validate`,
      )
    ).status;
  expect(await refused([1, 2])).toBe(200);
  expect(await refused([4])).toBe(400);
  expect(await refused([1, 2, 3])).toBe(400);
});

it('a date without time ends its day in the time zone of the organization [MA-D78] [MA-195] [MA-073] [MA-074]', async () => {
  await api.asOwner("update orgs set timezone = 'America/Chicago' where id = $1", [api.school.orgId]);
  const { T2 } = api.people;
  const done = await assign(api, T2, api.ids.T2.slice(0, 1), {
    scheduling: { start_date: '2027-12-01', due_date: '2027-12-20' },
  });
  const stored = await api.query(
    sql`select start_at, due_at, state from assignments where operation_id = ${done.body.operation_id}`,
  );
  expect(stored).toEqual([
    { start_at: new Date('2027-12-01T06:00:00Z'), due_at: new Date('2027-12-21T05:59:59Z'), state: 'scheduled' },
  ]);
  const late = await validated(api.ids.C1.slice(0, 1), { scheduling: { due_date: '2029-12-20' } });
  expect(late.body.errors).toMatchObject([{ code: 'invalid_dates', field: 'scheduling.due_date' }]);
  const past = await validated(api.ids.C1.slice(0, 1), { scheduling: { start_date: '2026-01-01' } });
  expect(codes(past.body.errors)).toEqual(['invalid_dates']);
  await api.asOwner("update orgs set timezone = 'Europe/Paris' where id = $1", [api.school.orgId]);
});

it('a duplicate is skipped, merged, doubled or replaced as the policy says [MA-109] [MA-207] [MA-208] [MA-209] [MA-210] [MA-211] [MA-212] [MA-213] [MA-D57] [MA-115] [MA-116]', async () => {
  const { T1 } = api.people;
  const ten = api.ids.C1.slice(10, 20);
  const first = await assign(api, T1, ten.slice(0, 3));
  const of = async (student: string) =>
    api.query(sql<{ id: string; state: string; mastery: number; replaces: string | null; done: number }>`
      select a.id, a.state, a.mastery_threshold as mastery, a.replaces_id as replaces,
        (select count(*) from assignment_steps s where s.assignment_id = a.id and s.state = 'completed') as done
      from assignments a where a.student_id = ${student} and a.sequence_id = ${api.sequences.S1} order by a.id`);
  const [a = '', b = '', c = ''] = ten;
  await api.asOwner(
    "update assignment_steps s set state = 'completed', score = 90, version = s.version + 1 from assignments a where a.id = s.assignment_id and a.student_id = $1 and s.step_no <= 4",
    [b],
  );
  await api.asOwner("update assignments set state = 'in_progress', version = version + 1 where student_id = $1", [b]);
  const plan = await validated(ten, {}, T1);
  expect(plan.body.conflicts).toHaveLength(3);
  expect(plan.body.conflicts.find((entry: Entry) => entry.student_id === a)).toMatchObject({
    assignment_id: (await of(a))[0]?.id,
    policy: 'skip',
  });
  const skipped = await assign(api, T1, ten);
  expect(skipped.body.progress).toMatchObject({ successful: 7, skipped: 3, failed: 0, processed: 10 });
  const mixed = await draft(api, T1, [a, b], {
    overrides: { [b]: { conflict_policy: 'merge', mastery_threshold: 75 } },
  });
  expect((await preview(api, T1, mixed)).body.impact).toMatchObject({ to_skip: 1, to_modify: 1 });
  const id = await draft(api, T1, [a, b, c], {
    conflict_policy: 'override',
    overrides: { [b]: { conflict_policy: 'merge', mastery_threshold: 60 }, [c]: { conflict_policy: 'create_new' } },
  });
  const { body } = await preview(api, T1, id);
  expect(body.impact).toMatchObject({ to_create: 2, to_modify: 2, blocked: 0 });
  const untyped = await api.call(T1, 'POST', `/${id}/confirm`, {
    plan_hash: body.plan_hash,
    acknowledge_warnings: true,
    confirm_count: 2,
  });
  expect([untyped.status, untyped.body.code]).toEqual([400, 'confirm_count_mismatch']);
  const done = await api.call(T1, 'POST', `/${id}/confirm`, {
    plan_hash: body.plan_hash,
    acknowledge_warnings: true,
    confirm_count: 3,
  });
  expect(done.body.progress).toMatchObject({ successful: 3 });
  const [old, now] = await of(a);
  expect([old?.state, now?.state, now?.replaces]).toEqual(['withdrawn', 'open', old?.id]);
  expect(await of(b)).toMatchObject([{ state: 'in_progress', mastery: 60, done: 4 }]);
  expect(await of(c)).toMatchObject([{ state: 'open', mastery: 80 }, { state: 'open' }]);
  expect(first.body.outcome).toBe('full');
});

it('finished work is mentioned, and needs no acknowledgement', async () => {
  const { T1 } = api.people;
  const [student = ''] = api.ids.C2;
  await assign(api, T1, [student]);
  await api.asOwner("update assignments set state = 'completed', version = version + 1 where student_id = $1", [
    student,
  ]);
  const { body } = await validated([student], {}, T1);
  expect([body.errors, body.warnings, body.conflicts]).toEqual([[], [], []]);
  expect(body.information).toMatchObject([{ code: 'assigned_before', student_id: student }]);
  const confirmed = await api.call(T1, 'POST', `/${body.operation_id}/confirm`, { plan_hash: body.plan_hash });
  expect(confirmed.status).toBe(200);
});

it('load and due dates warn, the hard limit blocks, and warnings are acknowledged [MA-110] [MA-117] [MA-198] [MA-214] [MA-215] [MA-216] [MA-219] [MA-D72] [MA-D73]', async () => {
  const { T1 } = api.people;
  const [student = ''] = api.ids.C2.slice(10);
  const give = (count: number, dueAt: string | null = null) =>
    api.asOwner(
      "insert into assignments (org_id, id, student_id, content_type, title, state, due_at) select $1, gen_random_uuid(), $2, 'games', 'Games', 'open', $4 from generate_series(1, $3::int)",
      [api.school.orgId, student, count, dueAt],
    );
  await give(3, '2027-01-20T10:00:00Z');
  const dated = await validated([student], { scheduling: { due_date: '2027-01-20' } }, T1);
  expect(codes(dated.body.warnings).sort()).toEqual(['due_date_overlap', 'pacing_density']);
  const nextDay = await validated([student], { scheduling: { due_date: '2027-01-28' } }, T1);
  expect(nextDay.body.warnings).toEqual([]);
  await give(6);
  expect((await validated([student], {}, T1)).body.warnings).toEqual([]);
  await give(1);
  const { body } = await validated([student], {}, T1);
  expect(codes(body.warnings)).toEqual(['load_above_recommended']);
  const silent = await api.call(T1, 'POST', `/${body.operation_id}/confirm`, { plan_hash: body.plan_hash });
  expect([silent.status, silent.body.code]).toEqual([409, 'warnings_not_acknowledged']);
  await give(39);
  expect((await validated([student], {}, T1)).body.errors).toEqual([]);
  await give(1);
  expect(codes((await validated([student], {}, T1)).body.errors)).toEqual(['student_capacity_exceeded']);
});

it('what changed after the preview is said, and nothing runs [MA-121] [MA-D45]', async () => {
  const { SA1 } = api.people;
  const id = await draft(api, SA1, [], {
    target: { selection: { class_id: api.classes.C2 } },
    content_payload: { sequence_id: api.sequences.S3 },
  });
  const plan = await preview(api, SA1, id);
  await api.asOwner('delete from classroom_students where student_id = $1', [api.ids.C2[3]]);
  const stale = await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: plan.body.plan_hash });
  expect([stale.status, stale.body.code]).toEqual([409, 'plan_stale']);
  expect(stale.body.differences.length).toBeGreaterThan(0);
  const again = await preview(api, SA1, id);
  await api.asOwner('update sequences set published_version = 2 where id = $1', [api.sequences.S3]);
  expect((await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: again.body.plan_hash })).body.code).toBe(
    'plan_stale',
  );
  await api.asOwner('update sequences set published_version = 1 where id = $1', [api.sequences.S3]);
  const third = await preview(api, SA1, id);
  api.clock.aheadMs = 31 * 60_000;
  expect((await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: third.body.plan_hash })).body.code).toBe(
    'plan_stale',
  );
  api.clock.aheadMs = 0;
});

it('groups of students get values of their own, and nobody is in two [MA-099] [MA-103]', async () => {
  const { SA1 } = api.people;
  const groups = [
    { name: 'A', student_ids: api.ids.U2.slice(20, 25), parameters: { mastery_threshold: 70 } },
    { name: 'B', student_ids: api.ids.U2.slice(25, 30), parameters: { mastery_threshold: 90, optional_steps: [2] } },
  ];
  const done = await assign(api, SA1, api.ids.U2.slice(20, 31), {
    content_payload: { sequence_id: api.sequences.S4 },
    differentiation: { groups },
  });
  const given = await api.query(sql`
    select mastery_threshold as mastery, count(*) as n, count(*) filter (where s.is_optional) as optional
    from assignments a join assignment_steps s on s.assignment_id = a.id and s.step_no = 2 where a.operation_id = ${done.body.operation_id} group by 1 order by 1`);
  expect(given).toEqual([
    { mastery: 70, n: 5, optional: 0 },
    { mastery: 80, n: 1, optional: 0 },
    { mastery: 90, n: 5, optional: 5 },
  ]);
  const twice = await draft(api, SA1, api.ids.U2.slice(20, 22), {
    differentiation: { groups: [groups[0], { ...groups[0], name: 'C' }] },
  });
  const refused = await api.call(SA1, 'POST', `/${twice}/validate`);
  expect([refused.status, refused.body.errors[0].code]).toEqual([400, 'student_in_two_groups']);
});

it('a staggered release starts groups in the order of names, so many days apart [MA-102] [MA-176] [MA-177] [MA-178]', async () => {
  const { SA1 } = api.people;
  const thirty = api.ids.U2.slice(40, 70);
  const id = await draft(api, SA1, thirty, {
    content_payload: { sequence_id: api.sequences.S4 },
    scheduling: { start_date: '2027-03-22', due_date: '2027-03-31', staggered_release: true },
  });
  const plan = await preview(api, SA1, id);
  expect(plan.body.releases.map((one: { release: number; students: number }) => [one.release, one.students])).toEqual([
    [1, 10],
    [2, 10],
    [3, 10],
  ]);
  expect((await api.call(SA1, 'GET', `/${id}`)).body.scheduling).toMatchObject({
    staggered_release: true,
    stagger_interval: 7,
    groups: 3,
  });
  await api.call(SA1, 'POST', `/${id}/confirm`, { plan_hash: plan.body.plan_hash, acknowledge_warnings: true });
  const groups = await api.query(sql`
    select a.start_at, a.due_at, count(*) as n, min(u.family_name) as first, bool_and(a.state = 'scheduled') as waiting from assignments a join users u on u.id = a.student_id
    where a.operation_id = ${id} group by 1, 2 order by 1`);
  const names = await api.query(
    sql<{
      family_name: string;
    }>`select family_name from users where id = any(${thirty}::uuid[]) order by family_name, given_name, id`,
  );
  // The second group begins after the change to summer time, at midnight all the same.
  expect(groups).toEqual([
    {
      start_at: new Date('2027-03-21T23:00:00Z'),
      due_at: new Date('2027-03-31T21:59:59Z'),
      n: 10,
      first: names[0]?.family_name,
      waiting: true,
    },
    {
      start_at: new Date('2027-03-28T22:00:00Z'),
      due_at: new Date('2027-04-07T21:59:59Z'),
      n: 10,
      first: names[10]?.family_name,
      waiting: true,
    },
    {
      start_at: new Date('2027-04-04T22:00:00Z'),
      due_at: new Date('2027-04-14T21:59:59Z'),
      n: 10,
      first: names[20]?.family_name,
      waiting: true,
    },
  ]);
  const soon = await draft(api, SA1, thirty, {
    content_payload: { sequence_id: api.sequences.S2 },
    scheduling: { staggered_release: true, stagger_interval: 3, groups: 2 },
  });
  const { releases } = (await preview(api, SA1, soon)).body;
  expect(releases).toMatchObject([
    { release: 1, start_at: null, students: 15 },
    { release: 2, students: 15 },
  ]);
});
