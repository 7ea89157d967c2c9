import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { Reply } from '../../fixtures/http.ts';
import { batchApi, type BatchApi, type Made } from './batch-api.ts';

const UNKNOWN = newId();
const FULL = 'Batch has reached maximum capacity';

let api: BatchApi;
beforeAll(async () => {
  api = await batchApi();
});
afterAll(() => api.end());

const count = async (batch: Made): Promise<number> =>
  (await api.admin('GET', `/api/batches/${batch._id}`)).body.data.enrolled_students;
const counted = async (batch: Made): Promise<unknown> => {
  const [found] = await api.query(sql<{ active: number; kept: number }>`
    select count(e.id) as active, max(b.enrolled_students) as kept from batches b
    left join enrollments e on e.org_id = b.org_id and e.batch_id = b.id and e.status = 'active'
    where b.org_id = ${api.orgId} and b.id = ${batch._id}`);
  return found;
};
const read = (id: string, as = api.admin) => as('GET', `/api/enrollments/${id}`);
const change = (enrolled: Reply, given: object, as = api.admin) =>
  as('PUT', `/api/enrollments/${enrolled.body.data._id}`, given);
const cancel = (enrolled: Reply, as = api.admin) => as('DELETE', `/api/enrollments/${enrolled.body.data._id}`);
const one = async (): Promise<string> => (await api.students(1))[0] ?? '';

describe('enrolling a student', () => {
  it('a student enrolls in a batch, with source and payment, and is in the list of the batch [IA-156, IA-161 to IA-168, IA-170, IA-171, IA-071 to IA-074, IA-076, IA-001, IA-008]', async () => {
    const batch = await api.batch({ assigned_instructor: api.teacher.id });
    const student = await one();
    const payment = {
      amount: 120.5,
      currency: 'USD',
      payment_method: 'credit_card',
      payment_status: 'completed',
      transaction_id: 't-90017',
    };
    const made = await api.enroll(student, batch, {
      enrollment_type: 'batch',
      enrollment_source: 'website',
      paymentDetails: payment,
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        success: true,
        message: 'Student enrolled in batch successfully',
        data: {
          _id: expect.any(String),
          student,
          course: batch.course,
          batch: batch._id,
          enrollment_type: 'batch',
          status: 'active',
          enrollment_date: expect.any(String),
          access_expiry_date: expect.any(String),
        },
      },
    });
    expect((await read(made.body.data._id)).body.data).toMatchObject({
      enrollment_source: 'website',
      paymentDetails: payment,
    });
    const listed = await api.teacher.call('GET', `/api/batches/${batch._id}/students`);
    expect(listed.body.data).toMatchObject([{ _id: student }]);
    const text = await api.enroll(await one(), batch, { paymentDetails: { amount: 'much' } });
    expect(text).toMatchObject({ status: 400, body: { success: false } });
  });

  it('access ends a calendar month after the batch; days of the default invite win [IA-075]', async () => {
    const batch = await api.batch({ start_date: '2025-01-15', end_date: '2025-04-15' });
    const made = await api.enroll(await one(), batch);
    expect(made.body.data.access_expiry_date).toBe('2025-05-15T00:00:00.000Z');
    const short = await api.batch({ start_date: '2027-01-01', end_date: '2027-01-31' });
    expect((await api.enroll(await one(), short)).body.data.access_expiry_date).toBe('2027-02-28T00:00:00.000Z');
    await api.query(sql`
      with option as (insert into payment_options (org_id, id, name) values (${api.orgId}, gen_random_uuid(), 'Free') returning id),
        invite as (insert into enroll_invites (org_id, id, name, invite_code, learner_access_days) values (${api.orgId}, gen_random_uuid(), 'Ten days', 'ten', 10) returning id)
      insert into invite_options (org_id, id, enroll_invite_id, batch_id, payment_option_id, is_default)
      select ${api.orgId}, gen_random_uuid(), invite.id, ${short._id}::uuid, option.id, true from option, invite`);
    const days = await api.enroll(await one(), short);
    const { enrollment_date: from, access_expiry_date: until } = days.body.data;
    expect(Date.parse(until) - Date.parse(from)).toBe(10 * 86_400_000);
  });

  it('the type follows the batch unless it is given; without a batch the course is followed alone [IA-066 to IA-069, IA-159, IA-160, IA-169, IA-158]', async () => {
    const batch = await api.batch();
    const enroll = async (given: object) => api.enroll(await one(), batch, given);
    expect((await enroll({})).body.data.enrollment_type).toBe('batch');
    for (const type of ['individual', 'batch', 'corporate', 'group', 'scholarship', 'trial'])
      expect((await enroll({ enrollment_type: type })).body.data.enrollment_type).toBe(type);
    expect(await enroll({ enrollment_type: 'family' })).toMatchObject({ status: 400, body: { success: false } });
    for (const batchId of [undefined, null]) {
      const alone = await enroll({ batchId });
      expect(alone).toMatchObject({
        status: 201,
        body: {
          message: 'Student enrolled in course successfully',
          data: { batch: null, enrollment_type: 'individual', access_expiry_date: null },
        },
      });
    }
    const nameless = await enroll({ courseId: undefined });
    expect(nameless).toMatchObject({ status: 400, body: { message: expect.stringContaining('courseId') } });
  });

  it('an admin enrolls anybody, a student nobody but themself [IA-157]', async () => {
    const enroll = async (as: BatchApi['admin'], student: string) => {
      const batch = await api.batch();
      return as('POST', `/api/enrollments/students/${student}/enroll`, { courseId: batch.course, batchId: batch._id });
    };
    expect((await enroll(api.admin, api.student.id)).status).toBe(201);
    const own = await enroll(api.student.call, api.student.id);
    expect(own).toMatchObject({ status: 201, body: { success: true, data: { student: api.student.id } } });
    expect(await enroll(api.student.call, api.otherStudent.id)).toMatchObject({
      status: 403,
      body: { success: false },
    });
    expect((await enroll(api.teacher.call, api.student.id)).status).toBe(403);
  });

  it('unknown students, courses and batches are not found; a batch of another course is refused [IA-173, IA-174]', async () => {
    const batch = await api.batch();
    const student = await one();
    for (const id of [UNKNOWN, 'u-501']) {
      expect(await api.enroll(id, batch)).toMatchObject({ status: 404, body: { success: false } });
      expect((await api.enroll(student, batch, { courseId: id })).status).toBe(404);
      expect((await api.enroll(student, batch, { batchId: id })).status).toBe(404);
    }
    const other = await api.enroll(student, batch, { courseId: await api.course() });
    expect(other).toMatchObject({ status: 400, body: { success: false } });
    expect(
      await api.query(sql`select from enrollments where org_id = ${api.orgId} and student_id = ${student}`),
    ).toEqual([]);
  });

  it('nobody but active students is enrolled, once a batch, and in no batch that is over [IA-175, IA-176]', async () => {
    const batch = await api.batch();
    expect((await api.enroll(api.teacher.id, batch)).status).toBe(400);
    const [inactive = '', student = ''] = await api.students(2);
    await api.query(sql`update users set status = 'inactive' where org_id = ${api.orgId} and id = ${inactive}`);
    expect((await api.enroll(inactive, batch)).status).toBe(400);
    expect((await api.enroll(student, batch)).status).toBe(201);
    const message = 'Student is already enrolled in this batch';
    expect(await api.enroll(student, batch)).toMatchObject({ status: 400, body: { success: false, message } });
    expect(await count(batch)).toBe(1);
    for (const status of ['Completed', 'Cancelled']) {
      const over = await api.batch({ status });
      expect(await api.enroll(student, over)).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining(status) },
      });
    }
  });

  it('a student and a teacher may have several enrollments and batches [IA-077, IA-335]', async () => {
    const student = await one();
    const teacher = await api.person('Two Batches', 'teacher');
    const given = { assigned_instructor: teacher.id };
    const batches = [await api.batch(given), await api.batch(given)];
    for (const batch of batches) expect((await api.enroll(student, batch)).status).toBe(201);
    const rows = await api.query(sql`select from enrollments where org_id = ${api.orgId} and student_id = ${student}`);
    expect(rows).toHaveLength(2);
    expect(
      await api.query(sql`select from batch_teachers where org_id = ${api.orgId} and teacher_id = ${teacher.id}`),
    ).toHaveLength(2);
  });

  it('a row needs its student, its course, and a batch its course [IA-005, IA-064, IA-065]', async () => {
    const batch = await api.batch();
    const insert = (course: string | null, student: string | null) =>
      api.query(
        sql`insert into enrollments (org_id, id, course_id, student_id) values (${api.orgId}, gen_random_uuid(), ${course}::uuid, ${student}::uuid)`,
      );
    await expect(insert(batch.course, null)).rejects.toThrow('student_id');
    await expect(insert(null, api.student.id)).rejects.toThrow('course_id');
    await expect(
      api.query(sql`insert into batches (org_id, id, name) values (${api.orgId}, gen_random_uuid(), 'x')`),
    ).rejects.toThrow('course_id');
  });
});

describe('seats', () => {
  it('a full batch takes nobody more and says so; nothing is left of the attempt [IA-308, IA-172, IA-193, IA-188, IA-214]', async () => {
    const batch = await api.batch({ capacity: 3 });
    for (const [at, id] of (await api.students(3)).entries()) {
      expect((await api.enroll(id, batch)).status).toBe(201);
      expect(await count(batch)).toBe(at + 1);
    }
    const student = await one();
    expect(await api.enroll(student, batch)).toMatchObject({ status: 400, body: { success: false, message: FULL } });
    expect(await counted(batch)).toEqual({ active: 3, kept: 3 });
    expect(
      await api.query(sql`select from enrollments where org_id = ${api.orgId} and student_id = ${student}`),
    ).toEqual([]);
  });

  const rush = async (students: readonly string[], capacity: number): Promise<void> => {
    const batch = await api.batch({ capacity });
    const replies = await Promise.all(students.map((id) => api.enroll(id, batch)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(capacity);
    const refused = replies.filter(({ status }) => status !== 201);
    expect(refused.every(({ status, body }) => status === 400 && body.message === FULL)).toBe(true);
    expect(await counted(batch)).toEqual({ active: capacity, kept: capacity });
  };

  it('of 100 enrollments at once into 10 seats exactly 10 are made [IA-191, IA-311]', async () => {
    await rush(await api.students(100), 10);
  });

  it('of more enrollments at once than seats as many are made as there are seats, 20 times over [IA-192]', async () => {
    const students = await api.students(10);
    for (let round = 0; round < 20; round++) await rush(students, 1 + (round % 6));
  });

  it('of the same student twice at once one enrollment is made, with a batch or without [IA-175]', async () => {
    const batch = await api.batch();
    for (const given of [{}, { batchId: null }]) {
      const student = await one();
      const replies = await Promise.all([1, 2, 3].map(() => api.enroll(student, batch, given)));
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 400, 400]);
    }
  });

  it('a whole flow from course to full class, enrolling all at once [IA-312, IA-211]', async () => {
    const course = await api.course();
    const batch = await api.batch({ capacity: 12, assigned_instructor: api.teacher.id }, course);
    const lead = await api.person('Flow Lead', 'teacher');
    expect((await api.admin('PUT', `/api/batches/${batch._id}/assign-instructor/${lead.id}`)).status).toBe(200);
    const replies = await Promise.all((await api.students(12)).map((id) => api.enroll(id, batch)));
    expect(replies.map(({ status }) => status)).toEqual(Array(12).fill(201));
    expect(await count(batch)).toBe(12);
  });

  it('each status but active frees the seat, and coming back needs one [IA-189, IA-190, IA-194, IA-180, IA-070]', async () => {
    for (const status of ['on_hold', 'completed', 'cancelled', 'expired']) {
      const batch = await api.batch({ capacity: 1 });
      const first = await api.enroll(await one(), batch);
      const changed = await change(first, { status });
      expect(changed).toMatchObject({ status: 200, body: { success: true, data: { status } } });
      expect((await read(first.body.data._id)).body.data.status).toBe(status);
      expect(await counted(batch)).toEqual({ active: 0, kept: 0 });
      expect((await api.enroll(await one(), batch)).status).toBe(201);
      expect(await change(first, { status: 'active' })).toMatchObject({ status: 400, body: { message: FULL } });
      expect(await counted(batch)).toEqual({ active: 1, kept: 1 });
    }
    const enrolled = await api.enroll(await one(), await api.batch());
    expect((await change(enrolled, { status: 'asleep' })).status).toBe(400);
    expect((await change(enrolled, { status: 'active' })).status).toBe(200);
  });
});

describe('one enrollment', () => {
  it('is open to admins, its teacher and its student alone [IA-177 to IA-179]', async () => {
    const batch = await api.batch({ assigned_instructor: api.teacher.id });
    const { body } = await api.enroll(api.student.id, batch, { paymentDetails: { amount: 5 } });
    const id = body.data._id;
    expect((await read(id)).body).toMatchObject({ success: true, data: { paymentDetails: { amount: 5 } } });
    for (const as of [api.teacher.call, api.student.call]) {
      const seen = await read(id, as);
      expect(seen).toMatchObject({ status: 200, body: { success: true, data: { _id: id } } });
      expect(seen.body.data).not.toHaveProperty('paymentDetails');
    }
    expect((await read(id, api.otherTeacher.call)).status).toBe(403);
    expect(await read(id, api.otherStudent.call)).toMatchObject({ status: 403, body: { success: false } });
    for (const unknown of [UNKNOWN, 'e-8800']) expect((await read(unknown)).status).toBe(404);
  });

  it('each field is changed alone, and no other [IA-182, IA-181]', async () => {
    const batch = await api.batch();
    const other = await api.batch({}, batch.course);
    const enrolled = await api.enroll(api.student.id, batch);
    const wanted = [
      { status: 'on_hold' },
      { batch: other._id },
      { access_expiry_date: '2028-01-31T00:00:00.000Z' },
      { enrollment_type: 'corporate' },
      { paymentDetails: { amount: 7, currency: 'EUR' } },
      { paymentDetails: { payment_status: 'refunded' } },
    ];
    for (const given of wanted) {
      expect(await change(enrolled, given), JSON.stringify(given)).toMatchObject({
        status: 200,
        body: { success: true, data: given },
      });
      expect((await read(enrolled.body.data._id)).body.data).toMatchObject(given);
    }
    expect((await read(enrolled.body.data._id)).body.data.paymentDetails).toMatchObject({
      amount: 7,
      payment_status: 'refunded',
    });
    expect(await change(enrolled, { student: api.otherStudent.id })).toMatchObject({
      status: 400,
      body: { success: false },
    });
    for (const as of [api.teacher.call, api.student.call])
      expect((await change(enrolled, { status: 'active' }, as)).status).toBe(403);
  });

  it('a move takes a seat there and frees one here; into a full batch nothing moves [IA-183]', async () => {
    const from = await api.batch({ end_date: '2027-04-15' });
    const to = await api.batch({ capacity: 1, end_date: '2027-06-15' }, from.course);
    const [first, second] = [await api.enroll(await one(), from), await api.enroll(await one(), from)];
    expect((await change(first, { batch: to._id })).body.data).toMatchObject({
      batch: to._id,
      access_expiry_date: '2027-07-15T00:00:00.000Z',
    });
    expect([await count(from), await count(to)]).toEqual([1, 1]);
    expect(await change(second, { batch: to._id })).toMatchObject({ status: 400, body: { message: FULL } });
    expect([await count(from), await count(to)]).toEqual([1, 1]);
    expect((await change(second, { batch: (await api.batch())._id })).status).toBe(400);
    expect((await change(second, { batch: UNKNOWN })).status).toBe(404);
  });

  it('somebody who comes back to a batch goes on under the enrollment there', async () => {
    const from = await api.batch();
    const to = await api.batch({}, from.course);
    const student = await one();
    const there = await api.enroll(student, to);
    await cancel(there);
    const here = await api.enroll(student, from);
    const moved = await change(here, { batch: to._id });
    expect(moved.body.data).toMatchObject({ _id: there.body.data._id, batch: to._id, status: 'active' });
    expect((await read(here.body.data._id)).body.data.status).toBe('cancelled');
    expect([await count(from), await count(to)]).toEqual([0, 1]);
    expect((await api.enroll(student, from)).body.data).toMatchObject({ _id: here.body.data._id, status: 'active' });
  });

  it('cancelling keeps the row and its access, and frees the seat [IA-184, IA-186, IA-342]', async () => {
    const batch = await api.batch({ capacity: 10 });
    const made = await Promise.all((await api.students(10)).map((id) => api.enroll(id, batch)));
    const [first] = made;
    if (first === undefined) throw new Error('nobody was enrolled');
    expect(await cancel(first)).toMatchObject({ status: 200, body: { success: true, data: { status: 'cancelled' } } });
    expect((await read(first.body.data._id)).body.data).toMatchObject({
      status: 'cancelled',
      access_expiry_date: first.body.data.access_expiry_date,
    });
    expect((await api.admin('GET', `/api/batches/${batch._id}`)).body.data).toMatchObject({
      enrolled_students: 9,
      available_spots: 1,
    });
    expect((await cancel(first)).status).toBe(200);
  });

  it('admins cancel, and students their own [IA-185]', async () => {
    const batch = await api.batch({ assigned_instructor: api.otherTeacher.id });
    const enrolled = await api.enroll(api.student.id, batch);
    expect(await cancel(enrolled, api.otherStudent.call)).toMatchObject({ status: 403, body: { success: false } });
    expect((await cancel(enrolled, api.otherTeacher.call)).status).toBe(403);
    expect(await cancel(enrolled, api.student.call)).toMatchObject({
      status: 200,
      body: { success: true, data: { status: 'cancelled' } },
    });
    expect((await api.batch({ assigned_instructor: (await api.person('x y', 'teacher')).id }))._id).toBeDefined();
    const alone = await api.enroll(api.student.id, batch, { batchId: null });
    expect((await cancel(alone)).body.data.status).toBe('cancelled');
    expect((await api.admin('DELETE', `/api/enrollments/${UNKNOWN}`)).status).toBe(404);
  });

  it('is stored the same way by a soft removal of the learner, each interface in its own spelling [IA-343, IA-341]', async () => {
    const batch = await api.batch();
    const [one_, other] = await Promise.all((await api.students(2)).map((id) => api.enroll(id, batch)));
    if (one_ === undefined || other === undefined) throw new Error('nobody was enrolled');
    await cancel(one_);
    const removed = await api.admin('POST', '/admin-core-service/v3/learner-management/deassign', {
      institute_id: api.orgId,
      user_ids: [other.body.data.student],
      package_session_ids: [batch._id],
    });
    expect(removed.body.results).toMatchObject([{ action_taken: 'SOFT_CANCELED' }]);
    const rows = await api.query(sql<{ row: Record<string, unknown> }>`
      select to_jsonb(e) - '{id,student_id,created_at,updated_at,enrolled_at,ended_at}'::text[] || jsonb_build_object('has_ended', ended_at is not null) as row
      from enrollments e where org_id = ${api.orgId} and batch_id = ${batch._id}`);
    expect(rows[0]).toEqual(rows[1]);
    expect(rows[0]?.row).toMatchObject({ status: 'cancelled', has_ended: true });
    expect((await read(other.body.data._id)).body.data.status).toBe('cancelled');
    const again = await api.admin('POST', '/admin-core-service/v3/learner-management/deassign', {
      institute_id: api.orgId,
      user_ids: [one_.body.data.student],
      package_session_ids: [batch._id],
    });
    expect(again.body.results).toMatchObject([{ status: 'SKIPPED', message: 'Already CANCELED' }]);
  });
});

describe('messages', () => {
  const told = (topic: string) =>
    api.query(sql<{ recipient_id: string; payload: { batch: Record<string, unknown> | null } }>`
      select recipient_id, payload from outbox where org_id = ${api.orgId} and topic = ${topic}`);

  it('the teacher is told of a batch, each student gets a welcome with the classes [IA-212, IA-213, IA-344]', async () => {
    const schedule = [{ day: 'Monday', start_time: '18:00', end_time: '20:00' }];
    const teacher = await api.person('Told Once', 'teacher');
    const batch = await api.batch({ schedule, assigned_instructor: teacher.id });
    const expected = {
      id: batch._id,
      name: 'Test Batch',
      course: 'Algebra',
      start_date: '2027-01-15',
      end_date: '2027-04-15',
      schedule,
    };
    const forTeacher = (await told('batch.instructor_assigned')).filter((one) => one.recipient_id === teacher.id);
    expect(forTeacher).toEqual([{ recipient_id: teacher.id, payload: { batch: expected } }]);
    const next = await api.person('Told Next', 'teacher');
    await api.admin('PUT', `/api/batches/${batch._id}/assign-instructor/${next.id}`);
    expect((await told('batch.instructor_assigned')).filter((one) => one.recipient_id === next.id)).toHaveLength(1);
    const student = await one();
    await api.enroll(student, batch);
    const welcome = (await told('enrollment.created')).filter((message) => message.recipient_id === student);
    expect(welcome).toMatchObject([{ payload: { batch: expected } }]);
    const bulk = await api.admin('POST', '/api/bulk/operations', {
      operation_type: 'enrollment_create',
      operation_name: 'Quietly',
      parameters: { student_ids: await api.students(2), course_id: batch.course, batch_id: batch._id, notify: false },
    });
    await api.admin('POST', `/api/bulk/operations/${bulk.body.id}/start/`, { plan_hash: bulk.body.plan_hash });
    expect(await count(batch)).toBe(3);
    expect(
      (await told('enrollment.created')).filter(({ payload }) => payload.batch?.['id'] === batch._id),
    ).toHaveLength(1);
  });
});

describe('moving students', () => {
  it('a transfer moves those who are named or all, as far as seats go, and is undone as one', async () => {
    const from = await api.batch();
    const to = await api.batch({ capacity: 2 }, from.course);
    const students = await api.students(3);
    for (const id of students) await api.enroll(id, from);
    const made = await api.admin('POST', '/api/bulk/operations', {
      operation_type: 'transfer',
      operation_name: 'Move',
      parameters: { all: true, from_batch_id: from._id, to_batch_id: to._id },
    });
    expect(await count(from)).toBe(3);
    await api.admin('POST', `/api/bulk/operations/${made.body.id}/start/`, { plan_hash: made.body.plan_hash });
    expect([await counted(from), await counted(to)]).toEqual([
      { active: 1, kept: 1 },
      { active: 2, kept: 2 },
    ]);
    await api.admin('POST', `/api/bulk/operations/${made.body.id}/rollback/`, {});
    expect([await counted(from), await counted(to)]).toEqual([
      { active: 3, kept: 3 },
      { active: 0, kept: 0 },
    ]);
    const nobody = await api.admin('POST', '/api/bulk/operations', {
      operation_type: 'transfer',
      operation_name: 'Move',
      parameters: { user_ids: [], from_batch_id: from._id, to_batch_id: to._id },
    });
    expect(nobody.status).toBe(400);
  });
});
