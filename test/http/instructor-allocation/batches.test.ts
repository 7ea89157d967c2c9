import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { anOrganization } from '../../fixtures/http.ts';
import { aPerson } from '../../fixtures/school.ts';
import { batchApi, type BatchApi, type Made } from './batch-api.ts';

const UNKNOWN = newId();
const SLOTS = [
  { day: 'Monday', start_time: '18:00', end_time: '20:00' },
  { day: 'Wednesday', start_time: '18:00', end_time: '20:00' },
  { day: 'Friday', start_time: '18:00', end_time: '20:00' },
];

let api: BatchApi;
let courseId: string;
beforeAll(async () => {
  api = await batchApi();
  courseId = await api.course();
});
afterAll(() => api.end());

const create = async (given: object, as = api.admin) =>
  as('POST', `/api/batches/courses/${courseId}/batches`, await api.body(given));
const update = (batch: Made, given: object, as = api.admin) => as('PUT', `/api/batches/${batch._id}`, given);
const read = async (id: string, as = api.admin) => as('GET', `/api/batches/${id}`);

describe('making a batch', () => {
  it('a batch with valid data is made, with a code of its own, upcoming and without classes [IA-307, IA-082, IA-093, IA-094, IA-095, IA-020, IA-085, IA-330, IA-026, IA-090, IA-041, IA-337]', async () => {
    const teacher = await api.person('Mara Lind', 'teacher');
    const made = await create({
      batch_name: 'Test Batch',
      start_date: '2025-01-15',
      end_date: '2025-04-15',
      assigned_instructor: teacher.id,
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        success: true,
        message: 'Batch created successfully',
        data: {
          _id: expect.any(String),
          batch_name: 'Test Batch',
          batch_code: expect.stringMatching(/^TEST-BATCH-2025-01/),
          course: courseId,
          status: 'Upcoming',
          start_date: '2025-01-15T00:00:00.000Z',
          end_date: '2025-04-15T00:00:00.000Z',
          capacity: 10,
          enrolled_students: 0,
          schedule: [],
          createdAt: expect.any(String),
          assigned_instructor: { _id: teacher.id, full_name: 'Mara Lind', email: expect.any(String) },
        },
      },
    });
    expect((await read(made.body.data._id)).body.data).toMatchObject({
      batch_name: 'Test Batch',
      assigned_instructor: { _id: teacher.id },
    });
    const given = await create({ batch_code: 'EVE-SPR-26', schedule: SLOTS });
    expect(given.body.data).toMatchObject({ batch_code: 'EVE-SPR-26', schedule: SLOTS });
  });

  it('each field that is missing is named in its own words, all at once, the first one as the message [IA-017, IA-028, IA-030, IA-034, IA-035, IA-040, IA-006, IA-084, IA-086 to IA-089]', async () => {
    const missing = {
      batch_name: 'Batch name is required',
      start_date: 'Batch start date is required',
      end_date: 'Batch end date is required',
      capacity: 'Batch capacity is required',
      assigned_instructor: 'Instructor assignment is required for a batch',
    };
    for (const [field, message] of Object.entries(missing)) {
      const refused = await create({ [field]: undefined });
      expect(refused).toMatchObject({ status: 400, body: { success: false, message, errors: [{ field, message }] } });
    }
    for (const capacity of [0, -1])
      expect(await create({ capacity })).toMatchObject({
        status: 400,
        body: { message: 'Batch capacity must be at least 1' },
      });
    const all = await api.admin('POST', `/api/batches/courses/${courseId}/batches`, {});
    expect(all.body.message).toBe('Batch name is required');
    expect(all.body.errors.map(({ message }: { message: string }) => message)).toEqual(Object.values(missing));
  });

  it('values of a wrong form are refused and nothing is made [IA-025, IA-036, IA-042 to IA-046, IA-032]', async () => {
    const before = await api.query(sql`select count(*) from batches where org_id = ${api.orgId}`);
    const slot = (given: object) => ({ schedule: [{ ...SLOTS[0], ...given }] });
    const wrong = [
      { status: 'Planned' },
      { capacity: 2.5 },
      slot({ day: 'Mon' }),
      slot({ day: 'monday' }),
      slot({ start_time: '8:00' }),
      slot({ start_time: '24:00' }),
      slot({ start_time: '12:60' }),
      slot({ end_time: '10:0' }),
      slot({ end_time: '24:00' }),
      slot({ end_time: '10.00' }),
      slot({ start_time: '10:00', end_time: '08:00' }),
      { schedule: [SLOTS[0], { day: 'Monday', start_time: '19:00', end_time: '21:00' }] },
      { start_date: '2027-04-15', end_date: '2027-04-15' },
      { start_date: '2027-04-16', end_date: '2027-04-15' },
    ];
    for (const given of wrong) {
      const refused = await create(given);
      expect(refused.status, JSON.stringify(given)).toBe(400);
      expect(refused.body).toMatchObject({ success: false, message: expect.any(String) });
    }
    expect(await api.query(sql`select count(*) from batches where org_id = ${api.orgId}`)).toEqual(before);
    for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])
      expect((await create(slot({ day, start_time: '08:00', end_time: '10:00' }))).status).toBe(201);
    expect((await create(slot({ start_time: '22:00', end_time: '23:59' }))).status).toBe(201);
    for (const status of ['Active', 'Upcoming', 'Completed', 'Cancelled'])
      expect((await create({ status })).body.data.status).toBe(status);
  });

  it('names lose surrounding blanks, dates come in both forms, notes are optional [IA-016, IA-031, IA-047, IA-091, IA-092]', async () => {
    const made = await create({
      batch_name: '  A  ',
      start_date: '2026-03-02T00:00:00.000Z',
      end_date: '2026-06-05',
      batch_notes: 'Room 4',
    });
    expect(made.body.data).toMatchObject({
      batch_name: 'A',
      start_date: '2026-03-02T00:00:00.000Z',
      end_date: '2026-06-05T00:00:00.000Z',
      batch_notes: 'Room 4',
      schedule: [],
    });
    expect((await create({})).body.data.batch_notes).toBe('');
  });

  it('the number of students is counted, whatever is sent, and never negative [IA-096, IA-037, IA-038]', async () => {
    expect((await create({ enrolled_students: 5 })).body.data.enrolled_students).toBe(0);
    const negative = await create({ enrolled_students: -1 });
    expect(negative).toMatchObject({ status: 400, body: { message: 'Enrolled students cannot be negative' } });
    const made = await api.batch();
    await expect(
      api.query(sql`update batches set enrolled_students = -1 where org_id = ${api.orgId} and id = ${made._id}`),
    ).rejects.toThrow('batches_seats_check');
  });

  it('only somebody with the instructor role is given a batch; unknown people and courses are not found [IA-097, IA-313, IA-023, IA-331]', async () => {
    const refused = await create({ assigned_instructor: api.student.id });
    expect(refused).toMatchObject({
      status: 400,
      body: { success: false, message: 'Assigned instructor must have instructor role' },
    });
    expect(await create({ assigned_instructor: UNKNOWN })).toMatchObject({ status: 404 });
    expect(await create({ assigned_instructor: 'u-77' })).toMatchObject({ status: 404 });
    for (const id of [UNKNOWN, 'c-12'])
      expect(await api.admin('POST', `/api/batches/courses/${id}/batches`, await api.body())).toMatchObject({
        status: 404,
        body: { success: false },
      });
  });

  it('codes that are made differ, also when made at the same time; a code is taken once an organization [IA-018, IA-021, IA-022]', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () => create({ batch_name: 'Ällt på sommar', start_date: '2027-02-01' })),
    );
    expect(made.map(({ status }) => status)).toEqual(Array(8).fill(201));
    const codes = made.map(({ body }) => body.data.batch_code).sort();
    expect(new Set(codes).size).toBe(8);
    expect(codes[0]).toBe('ALLT-PA-SOMMAR-2027-02');
    expect(codes[1]).toBe('ALLT-PA-SOMMAR-2027-02-2');
    expect((await create({ batch_code: 'MORNING-1' })).status).toBe(201);
    expect(await create({ batch_code: 'morning-1' })).toMatchObject({ status: 409, body: { success: false } });
    const other = await anOrganization(api.app, api.database, 'Other');
    const teacher = await aPerson(api.database, other.orgId, { name: 'Their Teacher', roles: ['teacher'] });
    const course = (await other.admin('POST', '/api/courses', { title: 'Theirs' })).body.id;
    const body = await api.body({ batch_code: 'MORNING-1', assigned_instructor: teacher.userId });
    expect((await other.admin('POST', `/api/batches/courses/${course}/batches`, body)).status).toBe(201);
    expect((await api.admin('POST', `/api/batches/courses/${course}/batches`, body)).status).toBe(404);
    expect((await create({ assigned_instructor: teacher.userId })).status).toBe(404);
  });

  it('who made it and when is kept [IA-048, IA-050, IA-106]', async () => {
    const made = await api.batch();
    const { data } = (await read(made._id)).body;
    expect(data).toMatchObject({ created_by: api.adminId, createdAt: made.createdAt });
    const fields = [
      '_id',
      'batch_name',
      'batch_code',
      'status',
      'start_date',
      'end_date',
      'capacity',
      'enrolled_students',
      'available_spots',
      'assigned_instructor',
      'schedule',
      'course',
      'batch_notes',
      'created_by',
      'createdAt',
      'updatedAt',
    ];
    expect(Object.keys(data).sort()).toEqual(fields.sort());
    const changed = (await update(made, { batch_notes: 'Room 5' })).body.data;
    expect(changed.createdAt).toBe(data.createdAt);
    expect(Date.parse(changed.updatedAt)).toBeGreaterThan(Date.parse(data.updatedAt));
  });

  it('a course has an _id, a course_title and may name a teacher of its own [IA-012, IA-013]', async () => {
    const made = await api.admin('POST', '/api/courses', { title: 'Physics', assigned_instructor: api.teacher.id });
    expect(made.body).toMatchObject({
      _id: made.body.id,
      course_title: 'Physics',
      assigned_instructor: api.teacher.id,
    });
    const without = await api.admin('POST', '/api/courses', { title: 'Latin' });
    expect(without.body.assigned_instructor).toBeNull();
    expect(
      await api.admin('PATCH', `/api/courses/${without.body.id}`, { assigned_instructor: api.student.id }),
    ).toMatchObject({ status: 400, body: { errors: [{ message: 'Assigned instructor must have instructor role' }] } });
  });
});

describe('reading batches', () => {
  it('a course lists its batches with their free seats [IA-004, IA-098, IA-100, IA-101, IA-051]', async () => {
    const course = await api.course();
    expect((await api.admin('GET', `/api/batches/courses/${course}/batches`)).body).toMatchObject({
      success: true,
      count: 0,
      data: [],
    });
    const first = await api.batch({}, course);
    await api.batch({ start_date: '2027-02-15' }, course);
    for (const id of await api.students(3)) await api.enroll(id, first);
    const { body } = await api.admin('GET', `/api/batches/courses/${course}/batches`);
    expect(body).toMatchObject({ success: true, count: 2, data: [{ _id: first._id }, {}] });
    expect(Object.keys(body.data[0]).sort()).toEqual([
      '_id',
      'assigned_instructor',
      'available_spots',
      'batch_code',
      'batch_name',
      'capacity',
      'end_date',
      'enrolled_students',
      'schedule',
      'start_date',
      'status',
    ]);
    expect(body.data[0]).toMatchObject({ capacity: 10, enrolled_students: 3, available_spots: 7 });
    expect(Object.keys(body.data[0].assigned_instructor)).toEqual(['_id', 'full_name', 'email']);
  });

  it('a teacher sees the batches of a course, but people only in own ones; a student no list [IA-099, IA-102]', async () => {
    const course = await api.course();
    const own = await api.batch({ assigned_instructor: api.teacher.id, schedule: [] }, course);
    const foreign = await api.batch({ start_date: '2027-02-01' }, course);
    const { status, body } = await api.teacher.call('GET', `/api/batches/courses/${course}/batches`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject([
      { _id: own._id, assigned_instructor: { _id: api.teacher.id } },
      { _id: foreign._id, assigned_instructor: null, available_spots: 10 },
    ]);
    expect((await api.student.call('GET', `/api/batches/courses/${course}/batches`)).status).toBe(403);
  });

  it('one batch is open to admins, its teachers and its students; unknown is not found [IA-015, IA-103, IA-104, IA-105]', async () => {
    const batch = await api.batch({ assigned_instructor: api.teacher.id, batch_notes: 'Room 4' });
    await api.enroll(api.student.id, batch);
    expect((await read(batch._id)).body.data).toMatchObject({ _id: batch._id, batch_notes: 'Room 4' });
    expect((await read(batch._id, api.teacher.call)).status).toBe(200);
    const seen = await read(batch._id, api.student.call);
    expect(seen).toMatchObject({ status: 200, body: { success: true, data: { _id: batch._id } } });
    expect(JSON.stringify(seen.body)).not.toMatch(/Room 4|notes|students":\[/);
    expect(await read(batch._id, api.otherStudent.call)).toMatchObject({ status: 403, body: { success: false } });
    expect((await read(batch._id, api.otherTeacher.call)).status).toBe(403);
    for (const id of [UNKNOWN, 'b-301'])
      expect(await read(id)).toMatchObject({ status: 404, body: { success: false } });
  });
});

describe('changing a batch', () => {
  it('any field is changed alone, with the same checks and words [IA-110, IA-112]', async () => {
    const batch = await api.batch();
    const changed = await update(batch, { batch_notes: 'Room 5' });
    expect(changed).toMatchObject({ status: 200, body: { success: true, data: { batch_notes: 'Room 5' } } });
    expect((await read(batch._id)).body.data.batch_notes).toBe('Room 5');
    const values = {
      batch_name: 'Other',
      batch_code: 'OTHER',
      capacity: 12,
      status: 'Active',
      schedule: SLOTS,
      start_date: '2027-02-01T00:00:00.000Z',
    };
    expect((await update(batch, values)).body.data).toMatchObject(values);
    expect(await update(batch, { capacity: 0 })).toMatchObject({
      status: 400,
      body: { message: 'Batch capacity must be at least 1' },
    });
    expect(await update(batch, { end_date: '2027-01-01' })).toMatchObject({
      status: 400,
      body: { message: 'Batch end date must be after the start date' },
    });
    expect(await update({ _id: UNKNOWN }, { capacity: 3 })).toMatchObject({ status: 404, body: { success: false } });
    expect((await update(batch, {})).status).toBe(200);
  });

  it('course, creator and count are not changed by hand [IA-114]', async () => {
    const batch = await api.batch();
    const before = (await read(batch._id)).body.data;
    for (const given of [{ enrolled_students: 3 }, { created_by: api.teacher.id }, { course: await api.course() }])
      expect(await update(batch, given)).toMatchObject({ status: 400, body: { success: false } });
    expect((await read(batch._id)).body.data).toEqual(before);
  });

  it('a batch keeps at least the seats that are taken, and a full one can be raised [IA-113, IA-115]', async () => {
    const batch = await api.batch({ capacity: 5 });
    const [sixth = '', ...first] = await api.students(6);
    for (const id of first) expect((await api.enroll(id, batch)).status).toBe(201);
    const refused = await update(batch, { capacity: 4 });
    expect(refused).toMatchObject({
      status: 409,
      body: { success: false, message: expect.stringContaining('5 student') },
    });
    expect((await read(batch._id)).body.data.capacity).toBe(5);
    expect((await api.enroll(sixth, batch)).status).toBe(400);
    expect((await update(batch, { capacity: 6 })).status).toBe(200);
    expect((await api.enroll(sixth, batch)).status).toBe(201);
  });

  it('the teacher is replaced and never taken off [IA-333]', async () => {
    const batch = await api.batch({ assigned_instructor: api.teacher.id });
    expect(await update(batch, { assigned_instructor: null })).toMatchObject({
      status: 400,
      body: { message: 'Instructor assignment is required for a batch' },
    });
    const other = await api.person('Omar Daud', 'teacher');
    expect((await update(batch, { assigned_instructor: other.id })).body.data).toMatchObject({
      assigned_instructor: { _id: other.id },
    });
  });

  it('a batch made elsewhere lacks teacher and capacity, says so, and is active only with a teacher [IA-339, IA-340]', async () => {
    const { id } = (await api.admin('POST', '/api/batches', { name: 'Imported', course_id: courseId })).body;
    const found = await read(id);
    expect(found.body.data).toMatchObject({ capacity: null, available_spots: null, assigned_instructor: null });
    expect(found.body.warnings.map(({ code }: { code: string }) => code)).toEqual([
      'batch_without_instructor',
      'batch_without_capacity',
    ]);
    const message = 'Instructor assignment is required for a batch';
    expect(await update({ _id: id }, { status: 'Active' })).toMatchObject({ status: 400, body: { message } });
    expect(await api.admin('PATCH', `/api/batches/${id}`, { status: 'active' })).toMatchObject({
      status: 400,
      body: { message },
    });
    const batch = { _id: id, course: courseId };
    const enrolled = await Promise.all((await api.students(50)).map((student) => api.enroll(student, batch)));
    expect(enrolled.filter(({ status }) => status === 201)).toHaveLength(50);
    expect((await read(id)).body.data).toMatchObject({ enrolled_students: 50, available_spots: null });
    const teacher = await api.person('Late Teacher', 'teacher');
    expect((await update({ _id: id }, { status: 'Active', assigned_instructor: teacher.id })).body.data.status).toBe(
      'Active',
    );
  });

  it('a batch whose start is still ahead may be active [IA-322, IA-323]', async () => {
    const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const sample = await create({
      batch_name: 'Test Batch 7',
      start_date: day(1),
      end_date: day(90),
      capacity: 10,
      status: 'Active',
    });
    expect(sample).toMatchObject({ status: 201, body: { data: { status: 'Active' } } });
    expect((await read(sample.body.data._id)).body.data.status).toBe('Active');
  });
});

describe('removing a batch', () => {
  it('a batch without enrollments is gone; one with active ones stays and says how many [IA-116, IA-118]', async () => {
    const batch = await api.batch();
    expect(await api.admin('DELETE', `/api/batches/${batch._id}`)).toMatchObject({
      status: 200,
      body: { success: true },
    });
    expect((await read(batch._id)).status).toBe(404);
    const used = await api.batch();
    const enrolled = await Promise.all((await api.students(2)).map((id) => api.enroll(id, used)));
    const refused = await api.admin('DELETE', `/api/batches/${used._id}`);
    expect(refused).toMatchObject({
      status: 400,
      body: { success: false, message: expect.stringMatching(/^2 student.* cancel or move/) },
    });
    expect((await read(used._id)).status).toBe(200);
    for (const { body } of enrolled) await api.admin('DELETE', `/api/enrollments/${body.data._id}`);
    expect((await api.admin('DELETE', `/api/batches/${used._id}`)).status).toBe(200);
    expect((await read(used._id)).body.data.status).toBe('Cancelled');
    expect((await api.admin('DELETE', `/api/batches/${UNKNOWN}`)).status).toBe(404);
  });
});

describe('giving a teacher to a batch', () => {
  const assign = (batchId: string, teacherId: string, body?: object, as = api.admin) =>
    as('PUT', `/api/batches/${batchId}/assign-instructor/${teacherId}`, body);

  it('the former teacher is replaced and told apart in the answer [IA-119, IA-121 to IA-123, IA-332]', async () => {
    const [first, second] = [await api.person('First Lead', 'teacher'), await api.person('Second Lead', 'teacher')];
    const batch = await api.batch({ assigned_instructor: first.id });
    await api.query(sql`
      insert into batch_teachers (org_id, id, batch_id, teacher_id) select ${api.orgId}, gen_random_uuid(), ${batch._id}, id
      from unnest(${[api.teacher.id, second.id]}::uuid[]) id`);
    const assigned = await assign(batch._id, second.id);
    expect(assigned).toMatchObject({
      status: 200,
      body: {
        success: true,
        message: 'Instructor assigned to batch successfully',
        data: {
          _id: batch._id,
          batch_name: 'Test Batch',
          assigned_instructor: second.id,
          updatedAt: expect.any(String),
        },
      },
    });
    expect((await read(batch._id)).body.data.assigned_instructor._id).toBe(second.id);
    expect((await read(batch._id, first.call)).status).toBe(403);
    expect((await read(batch._id, api.teacher.call)).status).toBe(200);
    expect((await assign(batch._id, second.id)).status).toBe(200);
    const teachers = await api.query(sql<{ teacher_id: string; is_lead: boolean }>`
      select teacher_id, is_lead from batch_teachers where org_id = ${api.orgId} and batch_id = ${batch._id} order by is_lead`);
    expect(teachers).toEqual([
      { teacher_id: api.teacher.id, is_lead: false },
      { teacher_id: second.id, is_lead: true },
    ]);
    const undone = await api.admin('POST', `/api/bulk/operations/${assigned.body.operation_id}/rollback/`, {});
    expect([200, 201, 202]).toContain(undone.status);
    expect((await read(batch._id)).body.data.assigned_instructor._id).toBe(first.id);
  });

  it('somebody without the role is refused, unknown ids are not found [IA-124, IA-125]', async () => {
    const batch = await api.batch();
    expect(await assign(batch._id, api.student.id)).toMatchObject({
      status: 400,
      body: { success: false, message: 'Assigned instructor must have instructor role' },
    });
    expect((await read(batch._id)).body.data.assigned_instructor).toEqual(batch.assigned_instructor);
    expect(await assign(UNKNOWN, api.teacher.id)).toMatchObject({ status: 404, body: { success: false } });
    expect(await assign(batch._id, UNKNOWN)).toMatchObject({ status: 404, body: { success: false } });
  });

  it('many batches get a teacher in one operation, previewed first, each with the words of the single call [IA-306]', async () => {
    const batches = await Promise.all(Array.from({ length: 19 }, () => api.batch()));
    const lead = await api.person('Many Batches', 'teacher');
    const made = await api.admin('POST', '/api/bulk/operations', {
      operation_type: 'batch_instructor',
      operation_name: 'Give batches',
      parameters: { batch_ids: [...batches.map(({ _id }) => _id), UNKNOWN], instructor_id: lead.id, notify: false },
    });
    expect(made.status).toBe(201);
    expect((await read(batches[0]._id)).body.data.assigned_instructor._id).not.toBe(lead.id);
    await api.admin('POST', `/api/bulk/operations/${made.body.id}/start/`, { plan_hash: made.body.plan_hash });
    const ended = (await api.admin('GET', `/api/bulk/operations/${made.body.id}`)).body;
    expect(ended).toMatchObject({ total_items: 20, successful_items: 19, failed_items: 1 });
    const items = (await api.admin('GET', `/api/bulk/operations/${made.body.id}/items?status=failed`)).body;
    const single = (await assign(UNKNOWN, lead.id)).body.message;
    expect(JSON.stringify(items)).toContain(JSON.stringify(single).slice(1, -1));
    expect((await read(batches[18]._id)).body.data.assigned_instructor._id).toBe(lead.id);
    const told = await api.query(
      sql`select from outbox where org_id = ${api.orgId} and recipient_id = ${lead.id} and topic = 'batch.instructor_assigned'`,
    );
    expect(told).toEqual([]);
  });
});
