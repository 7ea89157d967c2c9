import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../packages/server/src/tenancy/actor.ts';
import { aPerson, aUnit, query, students } from '../../fixtures/school.ts';
import { bulkApi, type BulkApi } from '../operations/bulk-api.ts';

let api: BulkApi;
beforeAll(async () => {
  api = await bulkApi();
});
afterAll(() => api.end());

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** What a form is answered. */
async function form(method: Method, url: string, payload: object = {}, as: Actor = api.school.admin) {
  const headers = { authorization: `Bearer ${await api.tokenOf(as)}` };
  const reply = await api.app.inject({ method, url, headers, payload });
  return { status: reply.statusCode, body: reply.json() };
}

/** All that a form's answer names as wrong. */
const faults = ({ body }: { body: { code?: string; errors?: { code: string }[] } }): string[] => [
  ...new Set([body.code ?? '', ...(body.errors ?? []).map((error) => error.code)]),
];

/** What each item of a preview comes to: its code, or else its action; a refusal of all of it by its code. */
async function previewed(kind: string, parameters: object, as: Actor = api.school.admin): Promise<string[]> {
  const wanted = { operation_type: kind, operation_name: 'Test', parameters };
  const made = await api.call('POST', '/operations', wanted, as);
  if (made.status >= 400) return [made.body.code];
  const { body } = await api.call('GET', `/operations/${made.body.id}/preview?limit=100`, undefined, as);
  return body.items.map((item: { code: string | null; action: string }) => item.code ?? item.action);
}

const edited = (entity: string, edits: object[], as?: Actor) => previewed('edit_record', { entity, edits }, as);
const change = (id: string, values: object) => ({ action: 'update', id, values });
const create = (values: object) => ({ action: 'create', values });

async function made(url: string, body: object): Promise<string> {
  const reply = await form('POST', url, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body.id;
}

const READ = { mapping: '{"preset":"auto","default_values":{"roles":"student"}}', target_model: 'User' };

let numbered = 0;
const named = (what: string) => `${what} ${++numbered}`;

async function aCourse(): Promise<string> {
  return made('/api/courses', { title: named('Course') });
}

async function aBatch(values: object = {}): Promise<string> {
  const course = 'course_id' in values ? {} : { course_id: await aCourse() };
  return made('/api/batches', { name: named('Batch'), ...course, ...values });
}

const setPlan = (plan: string) =>
  api.database.global.updateTable('orgs').set({ plan }).where('id', '=', api.school.orgId).execute();

describe('a person', () => {
  it('takes away their own access at no door, and gives up other roles of their own at each', async () => {
    const me = await aPerson(api.database, api.school.orgId, {
      name: 'Mia Both',
      roles: ['subscriber_admin', 'teacher'],
    });
    const id = me.userId ?? '';
    const target = { student_ids: [id] };
    expect(await edited('user', [change(id, { status: 'suspended' })], me)).toEqual(['acting_user']);
    expect(await edited('user', [{ action: 'delete', id }], me)).toEqual(['acting_user']);
    expect(await edited('user', [change(id, { roles: ['teacher'] })], me)).toEqual(['acting_user']);
    expect(await previewed('user_status', { target, status: 'inactive' }, me)).toEqual(['acting_user']);
    expect(await previewed('user_update', { target, set: { status: 'archived' } }, me)).toEqual(['acting_user']);
    expect(await previewed('user_update', { target, remove_roles: ['subscriber_admin'] }, me)).toEqual(['acting_user']);
    expect(faults(await form('PATCH', `/api/users/${id}`, { status: 'suspended' }, me))).toContain('acting_user');
    expect(faults(await form('PATCH', `/api/users/${id}`, { roles: ['teacher'] }, me))).toContain('acting_user');
    expect(await edited('user', [change(id, { roles: ['subscriber_admin'] })], me)).toEqual(['update']);
    expect(await previewed('user_update', { target, remove_roles: ['teacher'] }, me)).toEqual(['update']);
  });

  it('has a name, an identifier, an e-mail address that is one, and a role, at the form as in an edit', async () => {
    const [id = ''] = await students(api.database, api.school.orgId, 1);
    const bad = [
      [{ email: null, username: null, external_id: null }, 'identifier_missing'],
      [{ display_name: ' ' }, 'name_missing'],
      [{ email: 'nobody@nowhere' }, 'invalid_value'],
      [{ roles: [] }, 'role_missing'],
    ] as const;
    for (const [values, code] of bad) expect(await edited('user', [change(id, values)])).toEqual([code]);
    expect(faults(await form('PATCH', `/api/users/${id}`, { username: null }))).toContain('identifier_missing');
    expect((await form('PATCH', `/api/users/${id}`, { email: 'nobody@nowhere' })).status).toBe(400);
    expect((await form('PATCH', `/api/users/${id}`, { email: 'a,b@example.org' })).status).toBe(400);
  });

  it('has the same address whatever its case is made of, in a file as among new learners', async () => {
    await made('/api/users', { email: 'İpek@example.org', full_name: 'İpek Öz' });
    const file = { name: 'people.csv', content: 'email,full_name\nİpek@example.org,İpek Öz\n' };
    const { body } = await api.upload('/import/', READ, file);
    const preview = await api.call('GET', `/operations/${body.id}/preview`);
    expect(preview.body.items[0]).toMatchObject({ action: 'skip', code: 'unchanged' });
    const assignments = [{ package_session_id: await aBatch() }];
    const newUsers = ['Σας@example.org', 'Σας@example.org'].map((email) => ({ email, full_name: 'Two' }));
    expect(await previewed('enroll', { assignments, new_users: newUsers })).toEqual(['create', 'create', 'create']);
  });

  it('is made a teacher_admin on the ensemble plan alone, at every door [MA-D90]', async () => {
    const [id = ''] = await students(api.database, api.school.orgId, 1);
    await setPlan('solo');
    const target = { student_ids: [id] };
    expect(await edited('user', [change(id, { roles: ['teacher_admin'] })])).toEqual(['plan_required']);
    expect(await previewed('user_update', { target, add_roles: ['teacher_admin'] })).toEqual(['plan_required']);
    expect(faults(await form('PATCH', `/api/users/${id}`, { roles: ['teacher_admin'] }))).toContain('plan_required');
    const newcomer = { email: 'new@example.org', full_name: 'New One', role: 'teacher_admin' };
    expect(faults(await form('POST', '/api/users', newcomer))).toContain('plan_required');
    const assignments = [{ package_session_id: await aBatch() }];
    const enrolled = await previewed('enroll', { assignments, new_users: [{ ...newcomer, roles: ['teacher_admin'] }] });
    expect(enrolled).not.toContain('create');
    const file = { name: 'people.csv', content: 'email,full_name,roles\nnew@example.org,New One,teacher_admin\n' };
    const { body } = await api.upload('/import/', READ, file);
    const preview = await api.call('GET', `/operations/${body.id}/preview`);
    expect(preview.body.items[0]).toMatchObject({ action: 'error', code: 'plan_required' });
    await setPlan('ensemble');
    expect(await edited('user', [change(id, { roles: ['teacher_admin'] })])).toEqual(['update']);
  });

  it('has a primary teacher who teaches', async () => {
    const [id = '', other = ''] = await students(api.database, api.school.orgId, 2);
    expect(await edited('user', [change(id, { primary_teacher_id: other })])).toEqual(['teacher_not_found']);
    expect(faults(await form('PATCH', `/api/users/${id}`, { teacher_id: other }))).toContain('teacher_not_found');
    const both = [change(id, { primary_teacher_id: other }), change(other, { roles: ['teacher'] })];
    expect(await edited('user', both)).toEqual(['update', 'update']);
  });

  it('who is inactive, suspended or archived comes in nowhere, each list with its own word for it', async () => {
    const [student = ''] = await students(api.database, api.school.orgId, 1);
    const course = await aCourse();
    const batch = await aBatch({ course_id: course });
    const room = await made('/api/classrooms', { name: named('Room') });
    const group = await made('/api/groups', { name: named('Group') });
    const words = {
      inactive: 'student_inactive',
      suspended: 'student_suspended',
      archived: 'student_not_accessible',
    } as const;
    for (const [status, ofLearners] of Object.entries(words)) {
      await form('PATCH', `/api/users/${student}`, { status });
      const learners = { user_ids: [student], assignments: [{ package_session_id: batch }] };
      expect(await previewed('enroll', learners), status).toContain(ofLearners);
      const enrollment = { student_ids: [student], course_id: course, batch_id: batch };
      expect(await previewed('enrollment_create', enrollment), status).toEqual(['student_not_active']);
      const lists = [
        [`/api/classrooms/${room}/students`, { student_ids: [student] }],
        [`/api/batches/${batch}/students`, { student_ids: [student] }],
        [`/api/groups/${group}/members`, { user_ids: [student] }],
      ] as const;
      for (const [url, body] of lists) expect(faults(await form('POST', url, body)), url).toEqual(['inactive_user']);
    }
    await form('PATCH', `/api/users/${student}`, { status: 'active' });
    expect((await form('POST', `/api/groups/${group}/members`, { user_ids: [student] })).status).toBe(200);
  });

  it('is written in text that can be seen: a form, an edit and what many are given clean it alike', async () => {
    const [id = ''] = await students(api.database, api.school.orgId, 1);
    const target = { student_ids: [id] };
    expect((await form('PATCH', `/api/users/${id}`, { full_name: 'Ana\u202Ezil' })).status).toBe(400);
    expect(await edited('user', [change(id, { display_name: 'Ana\u0007' })])).toEqual(['validation_failed']);
    expect(await previewed('user_update', { target, set: { phone: '1\u00002' } })).toEqual(['validation_failed']);
    const saved = await form('PATCH', `/api/users/${id}`, { full_name: ' Ana\r\nBcc:\u200B Ruiz ' });
    expect(saved.body.full_name).toBe('Ana Bcc: Ruiz');
  });

  it('is given in a file what a form gives them', async () => {
    const file = { name: 'people.csv', content: 'email,full_name,gender\ngender@example.org,Kim Lee,diverse\n' };
    const { body } = await api.upload('/import/', READ, file);
    await api.call('POST', `/operations/${body.id}/start`, { plan_hash: body.plan_hash });
    const found = await query(
      api.school,
      sql<{ gender: string }>`select gender from users where email = 'gender@example.org'`,
    );
    expect(found).toEqual([{ gender: 'diverse' }]);
  });
});

describe('records', () => {
  it('a unit is not below itself, also by way of another that the same plan moves', async () => {
    const [upper, lower] = [
      await made('/api/units', { name: named('Upper') }),
      await made('/api/units', { name: named('Lower') }),
    ];
    const both = [change(upper, { parent_id: lower }), change(lower, { parent_id: upper })];
    expect(await edited('unit', both)).toEqual(['invalid_value', 'invalid_value']);
    await form('PATCH', `/api/units/${lower}`, { parent_id: upper });
    expect(await edited('unit', [change(upper, { parent_id: lower })])).toEqual(['invalid_value']);
    expect(faults(await form('PATCH', `/api/units/${upper}`, { parent_id: lower }))).toContain('invalid_value');
    expect(await edited('unit', [change(upper, { parent_id: lower }), change(lower, { parent_id: null })])).toEqual([
      'update',
      'update',
    ]);
  });

  it('a term and a batch end after they begin', async () => {
    const term = await made('/api/terms', { key: named('T'), start_date: '2026-01-10' });
    const batch = await aBatch({ start_date: '2026-01-10' });
    expect(await edited('term', [change(term, { end_date: '2026-01-09' })])).toEqual(['invalid_value']);
    expect(faults(await form('PATCH', `/api/terms/${term}`, { end_date: '2026-01-09' }))).toContain('invalid_value');
    expect(await edited('batch', [change(batch, { end_date: '2026-01-09' })])).toEqual(['batch_dates_reversed']);
    const update = { batches: [{ batch_id: batch, end_date: '2026-01-09' }] };
    expect(await previewed('batch_update', update)).toEqual(['batch_dates_reversed']);
  });

  it('a batch keeps room for those who are in it', async () => {
    const batch = await aBatch({ capacity: 3 });
    const ids = await students(api.database, api.school.orgId, 2);
    await form('POST', `/api/batches/${batch}/students`, { student_ids: ids });
    expect(await edited('batch', [change(batch, { capacity: 1 })])).toEqual(['batch_capacity_below_enrolled']);
    const update = { batches: [{ batch_id: batch, capacity: 1 }] };
    expect(await previewed('batch_update', update)).toEqual(['batch_capacity_below_enrolled']);
  });

  it('a batch without a teacher is upcoming whoever made it, and cannot become active [IA-339]', async () => {
    const statusOf = (id: string) =>
      query(api.school, sql<{ status: string }>`select status from batches where id = ${id}`);
    const byForm = await aBatch({ status: 'active' });
    expect(await statusOf(byForm)).toEqual([{ status: 'upcoming' }]);
    const room = await made('/api/classrooms', { name: named('Room') });
    const bound = await form('POST', `/api/classrooms/${room}/assign-course`, { course_id: await aCourse() });
    expect(await statusOf(bound.body.batch.id)).toEqual([{ status: 'upcoming' }]);
    for (const batch of [byForm, bound.body.batch.id]) {
      const update = { batches: [{ batch_id: batch, status: 'Active' }] };
      expect(await edited('batch', [change(batch, { status: 'active' })])).toEqual(['batch_instructor_required']);
      expect(await previewed('batch_update', update)).toEqual(['batch_instructor_required']);
      expect(faults(await form('PATCH', `/api/batches/${batch}`, { status: 'active' }))).toContain(
        'batch_instructor_required',
      );
    }
    const teacher = await aPerson(api.database, api.school.orgId, { name: 'Tom Teach', roles: ['teacher'] });
    await form('POST', `/api/batches/${byForm}/teachers`, { teacher_ids: [teacher.userId] });
    expect(await edited('batch', [change(byForm, { status: 'active' })])).toEqual(['update']);
  });

  it('a student is not their own instructor, and only a teacher is one', async () => {
    const [student = '', other = ''] = await students(api.database, api.school.orgId, 2);
    const row = (mentor: string) =>
      create({ student_id: student, mentor_id: mentor, started_at: '2026-01-01T00:00:00Z' });
    expect(await edited('mentorship', [row(student)])).toEqual(['own_instructor']);
    expect(await edited('mentorship', [row(other)])).toEqual(['instructor_role_missing']);
    expect(await previewed('mentor_assign', { student_ids: [student], instructor_ids: [other] })).toEqual([
      'instructor_role_missing',
    ]);
  });
});

describe('a seat', () => {
  it('in a section counts at every way of enrolling where the organization enforces it, and is a warning at each where not', async () => {
    const course = await aCourse();
    const section = await made(`/api/courses/${course}/sections`, { name: named('S'), capacity: 1 });
    const batch = await aBatch({ course_id: course, section_id: section });
    const elsewhere = await aBatch({ course_id: course });
    const [first = '', next = '', moving = ''] = await students(api.database, api.school.orgId, 3);
    await form('POST', `/api/batches/${batch}/students`, { student_ids: [first] });
    await form('POST', `/api/batches/${elsewhere}/students`, { student_ids: [moving] });
    const ways = [
      ['enroll', { user_ids: [next], assignments: [{ package_session_id: batch }] }],
      ['enrollment_create', { student_ids: [next], course_id: course, batch_id: batch }],
      ['batch_students', { batch_id: batch, student_ids: [next] }],
      ['transfer', { from_batch_id: elsewhere, to_batch_id: batch, user_ids: [moving] }],
    ] as const;
    const warned = async (kind: string, parameters: object) => {
      const { body } = await api.call('POST', '/operations', {
        operation_type: kind,
        operation_name: 'Test',
        parameters,
      });
      const { items } = (await api.call('GET', `/operations/${body.id}/preview?limit=100`)).body;
      return items.flatMap((item: { warnings?: { code: string }[] }) => (item.warnings ?? []).map((one) => one.code));
    };
    for (const [kind, parameters] of ways) expect(await warned(kind, parameters), kind).toContain('over_capacity');
    await form('PATCH', '/api/organization', { settings: { enforce_capacity: true } });
    for (const [kind, parameters] of ways) expect(await previewed(kind, parameters), kind).toContain('over_capacity');
    const row = create({ student_id: next, batch_id: batch, course_id: course });
    expect(await edited('enrollment', [row])).toEqual(['over_capacity']);
    expect(await edited('section', [change(section, { capacity: 0 })])).toEqual(['over_capacity']);
    await form('PATCH', '/api/organization', { settings: { enforce_capacity: false } });
  });
});

describe('a teacher_admin', () => {
  it('brings nobody from outside their units into a classroom, batch, group or transfer, by form, kind or edit', async () => {
    const { orgId } = api.school;
    const [own, other] = [
      await aUnit(api.database, orgId, named('Own')),
      await aUnit(api.database, orgId, named('Other')),
    ];
    const ta = await aPerson(api.database, orgId, { name: 'Tess Admin', roles: ['teacher_admin'], unitId: own });
    const [mine = ''] = await students(api.database, orgId, 1, { unitId: own });
    const [theirs = ''] = await students(api.database, orgId, 1, { unitId: other });
    const teacher = await aPerson(api.database, orgId, { name: 'Theo Other', roles: ['teacher'], unitId: other });
    const theirTeacher = teacher.userId ?? '';
    const room = await made('/api/classrooms', { name: named('Room'), unit_id: own });
    const otherRoom = await made('/api/classrooms', { name: named('Room'), unit_id: other });
    const course = await aCourse();
    const batch = await aBatch({ course_id: course, classroom_id: room });
    const otherBatch = await aBatch({ course_id: course, classroom_id: otherRoom });
    const group = await made('/api/groups', { name: named('Group') });
    await form('POST', `/api/batches/${batch}/students`, { student_ids: [mine] });

    const outside = ['user_out_of_scope'];
    expect(await previewed('roster_set', { classroom_id: room, student_ids: [theirs] }, ta)).toEqual(outside);
    expect(await previewed('faculty_set', { classroom_id: room, teacher_ids: [theirTeacher] }, ta)).toEqual(outside);
    expect(await previewed('batch_students', { batch_id: batch, student_ids: [theirs] }, ta)).toEqual(outside);
    expect(await previewed('batch_teachers', { batch_id: batch, teacher_ids: [theirTeacher] }, ta)).toEqual(outside);
    const lead = { batch_ids: [batch], instructor_id: theirTeacher };
    expect(await previewed('batch_instructor', lead, ta)).toEqual([expect.stringMatching(/out_of_scope|forbidden/)]);
    expect(faults(await form('POST', `/api/classrooms/${room}/students`, { student_ids: [theirs] }, ta))).toEqual(
      outside,
    );
    expect(faults(await form('POST', `/api/batches/${batch}/teachers`, { teacher_ids: [theirTeacher] }, ta))).toEqual(
      outside,
    );
    expect(await edited('classroom_student', [create({ classroom_id: room, student_id: theirs })], ta)).toEqual(
      outside,
    );
    expect(await edited('batch_teacher', [create({ batch_id: batch, teacher_id: theirTeacher })], ta)).toEqual(outside);
    expect(await edited('group_member', [create({ group_id: group, user_id: theirs })], ta)).toEqual(outside);
    expect(faults(await form('POST', `/api/groups/${group}/members`, { user_ids: [theirs] }, ta))).toEqual(outside);

    const move = { from_batch_id: batch, to_batch_id: otherBatch, user_ids: [mine] };
    expect(await previewed('transfer', move, ta)).toEqual(['batch_out_of_scope']);
    const enrollment = { student_ids: [mine], course_id: course, batch_id: otherBatch };
    expect(await previewed('enrollment_create', enrollment, ta)).toEqual(['batch_out_of_scope']);
    expect(await previewed('mentor_assign', { student_ids: [mine], instructor_ids: [theirTeacher] }, ta)).toEqual([
      'create',
    ]);
  });

  it('carries a guest whom an administrator put into their classroom on into its batches', async () => {
    const { orgId } = api.school;
    const own = await aUnit(api.database, orgId, named('Own'));
    const ta = await aPerson(api.database, orgId, { name: 'Tess Admin', roles: ['teacher_admin'], unitId: own });
    const [guest = ''] = await students(api.database, orgId, 1);
    const room = await made('/api/classrooms', { name: named('Room'), unit_id: own });
    await form('POST', `/api/classrooms/${room}/students`, { student_ids: [guest] });
    const bound = await form('POST', `/api/classrooms/${room}/assign-course`, { course_id: await aCourse() }, ta);
    expect(bound.status, JSON.stringify(bound.body)).toBe(201);
    const [enrolled] = await query(api.school, sql`select from enrollments where student_id = ${guest}`);
    expect(enrolled).toBeDefined();
  });
});

describe('nobody', () => {
  it('is no selection, whether to add or to remove; what is set to nobody says what it empties [CC-117]', async () => {
    const room = await made('/api/classrooms', { name: named('Room') });
    const batch = await aBatch({ classroom_id: room });
    const ids = await students(api.database, api.school.orgId, 2);
    await form('POST', `/api/classrooms/${room}/students`, { student_ids: ids });
    for (const mode of ['add', 'remove']) {
      const lists = [
        ['roster_set', { classroom_id: room, student_ids: [], mode }],
        ['faculty_set', { classroom_id: room, teacher_ids: [], mode }],
        ['batch_students', { batch_id: batch, student_ids: [], mode }],
        ['batch_teachers', { batch_id: batch, teacher_ids: [], mode }],
      ] as const;
      for (const [kind, parameters] of lists)
        expect(await previewed(kind, parameters), kind).toEqual(['empty_selection']);
    }
    const parameters = { classroom_id: room, student_ids: [], mode: 'set' };
    const { body } = await api.call('POST', '/operations', {
      operation_type: 'roster_set',
      operation_name: 'Test',
      parameters,
    });
    const { items } = (await api.call('GET', `/operations/${body.id}/preview`)).body;
    expect(items[0]).toMatchObject({ action: 'update', warnings: [{ code: 'list_emptied' }] });
  });
});
