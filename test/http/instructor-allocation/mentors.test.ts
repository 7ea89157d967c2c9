/** Assigning instructors to students, ending it, and the lists of who has whom. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { caller } from '../../fixtures/http.ts';
import { ASSIGN, AUTH, aMentorSchool, inOrganization, type MentorSchool, type Person } from './mentors-api.ts';

const clock = { now: new Date() };
let school: MentorSchool;
let teacher: Person;
let other: Person;
beforeAll(async () => {
  school = await aMentorSchool(clock);
  teacher = await school.person('Omar Daud', 'teacher');
  other = await school.person('Mara Lind', 'teacher');
});
afterAll(async () => {
  await school.app.close();
  await school.database.drop();
});

const student = (name = 'Ida Falk'): Promise<Person> => school.person(name, 'student');

async function rowOf(id: string): Promise<Record<string, unknown>> {
  const { body } = await school.admin('GET', `${AUTH}/get-all-students-with-instructors?search=${id}`);
  return body.data.students[0];
}

async function historyOf(id: string): Promise<Record<string, unknown>[]> {
  return (await school.admin('GET', `/api/users/${id}/mentorships`)).body.data;
}

describe('assigning an instructor to a student', () => {
  it('answers with who was given whom, as what, when and with which notes [IA-126, IA-131, IA-132, IA-133]', async () => {
    const ida = await student();
    const given = { assignment_type: 'tutor', notes: 'Algebra, twice a month on site' };
    const { status, body } = await school.assign(teacher.id, ida.id, given);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      message: 'Instructor assigned to student successfully',
      data: {
        student_id: ida.id,
        student_name: 'Ida Falk',
        instructor_id: teacher.id,
        instructor_name: 'Omar Daud',
        assignment_type: 'tutor',
        notes: 'Algebra, twice a month on site',
      },
    });
    expect(new Date(body.data.assignment_date)).toEqual(clock.now);
    expect(await rowOf(ida.id)).toMatchObject({
      assigned_instructor: { _id: teacher.id, full_name: 'Omar Daud', email: teacher.email },
    });
    const left = await school.assign(teacher.id, (await student()).id);
    expect(left).toMatchObject({ status: 200, body: { data: { notes: null } } });
  });

  it('takes the test assignment of the acceptance scenario, as mentor [IA-309]', async () => {
    const given = { assignment_type: 'mentor', notes: 'Test assignment' };
    const { status, body } = await school.assign(teacher.id, (await student()).id, given);
    expect({ status, success: body.success, type: body.data.assignment_type }).toEqual({
      status: 200,
      success: true,
      type: 'mentor',
    });
  });

  it('makes it a mentor where no type is given, takes the four types and no other [IA-055, IA-056, IA-130]', async () => {
    const ida = await student();
    const first = await school.assign(teacher.id, ida.id);
    expect(first.body.data.assignment_type).toBe('mentor');
    for (const type of ['mentor', 'tutor', 'advisor', 'supervisor']) {
      const { body } = await school.assign(teacher.id, (await student()).id, { assignment_type: type });
      expect(body.data.assignment_type).toBe(type);
    }
    const refused = await school.assign(teacher.id, (await student()).id, { assignment_type: 'coach' });
    expect(refused).toMatchObject({ status: 400, body: { success: false } });
  });

  it('stores the time of the call and the notes on the student [IA-054, IA-057]', async () => {
    const [ida, jon] = [await student(), await student('Jon Berg')];
    await school.assign(teacher.id, ida.id, { notes: 'Twice a month' });
    await school.assign(teacher.id, jon.id);
    expect(await rowOf(ida.id)).toMatchObject({
      instructor_assignment_date: clock.now.toISOString(),
      instructor_assignment_notes: 'Twice a month',
    });
    expect((await rowOf(jon.id))['instructor_assignment_notes']).toBeNull();
  });

  it('names the missing id, and answers 404 for an unknown student [IA-128, IA-129]', async () => {
    const ida = await student();
    const without = await school.admin('POST', ASSIGN, { student_id: ida.id });
    expect(without.status).toBe(400);
    expect(without.body.message).toContain('instructor_id');
    const nobody = await school.admin('POST', ASSIGN, { instructor_id: teacher.id });
    expect(nobody.status).toBe(400);
    expect(nobody.body.message).toContain('student_id');
    for (const id of [newId(), 'u-501']) {
      expect(await school.assign(teacher.id, id)).toMatchObject({ status: 404, body: { success: false } });
      expect(await school.assign(id, ida.id)).toMatchObject({ status: 404, body: { success: false } });
    }
  });

  it('refuses the same instructor a second time and leaves date and notes of the first alone [IA-134, IA-310]', async () => {
    const ida = await student();
    await school.assign(teacher.id, ida.id, { notes: 'First' });
    const before = await rowOf(ida.id);
    clock.now = new Date(clock.now.getTime() + 60_000);
    const again = await school.assign(teacher.id, ida.id, { notes: 'Second' });
    expect(again).toMatchObject({
      status: 400,
      body: { success: false, message: 'This instructor is already assigned to this student' },
    });
    expect(await rowOf(ida.id)).toEqual(before);
  });

  it('refuses another instructor while one is assigned, unless replace is sent; the former stays in the history [IA-062, IA-334]', async () => {
    const ida = await student();
    await school.assign(teacher.id, ida.id);
    const refused = await school.assign(other.id, ida.id);
    expect(refused).toMatchObject({
      status: 400,
      body: { message: 'Another instructor is already assigned to this student' },
    });
    expect(await rowOf(ida.id)).toMatchObject({ assigned_instructor: { _id: teacher.id } });
    expect((await school.assign(other.id, ida.id, { replace: true })).status).toBe(200);
    expect(await rowOf(ida.id)).toMatchObject({ assigned_instructor: { _id: other.id } });
    const history = await historyOf(ida.id);
    expect(history).toHaveLength(2);
    expect(history.find((row) => row['instructor_id'] === teacher.id)).toMatchObject({
      ended_at: clock.now.toISOString(),
      end_reason: 'replaced',
    });
  });

  it('refuses somebody without the instructor role [IA-053, IA-135, IA-313]', async () => {
    const [ida, jon] = [await student(), await student('Jon Berg')];
    expect(await school.assign(jon.id, ida.id)).toMatchObject({
      status: 400,
      body: { success: false, message: 'Assigned instructor must have instructor role' },
    });
    expect((await rowOf(ida.id))['assigned_instructor']).toBeNull();
  });

  it('takes only students as students, corporate ones included [IA-136]', async () => {
    expect((await school.assign(teacher.id, other.id)).status).toBe(400);
    const corporate = await school.admin('POST', '/api/users', {
      full_name: 'Cor Porate',
      email: 'cor@example.org',
      role: 'coorporate-student',
    });
    expect((await school.assign(teacher.id, corporate.body.id)).status).toBe(200);
  });

  it('takes somebody who is admin and instructor; nobody becomes their own instructor [IA-063]', async () => {
    const both = await school.person('Bo Th', 'subscriber_admin+teacher');
    expect((await school.assign(both.id, (await student()).id)).status).toBe(200);
    const learner = await school.person('Le Arner', 'teacher+student');
    expect((await school.assign(learner.id, learner.id)).status).toBe(400);
  });

  it('gives a student one instructor when two are assigned at the same moment', async () => {
    const ida = await student();
    const teachers = [teacher, other, teacher, other, teacher, other];
    const replies = await Promise.all(teachers.map((one) => school.assign(one.id, ida.id)));
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
    expect(await historyOf(ida.id)).toHaveLength(1);
  });

  it('leaves a trail of each assigning, reassigning and ending: who, when, what, before and after [IA-011]', async () => {
    const ida = await student();
    await school.assign(teacher.id, ida.id);
    await school.assign(other.id, ida.id, { replace: true });
    await school.unassign(ida.id);
    const entries = await Promise.all(
      (await historyOf(ida.id)).map(
        async (row) =>
          (await school.admin('GET', `/api/audit?entity=mentorship&entity_id=${String(row['_id'])}`)).body.items,
      ),
    );
    const all = entries.flat();
    expect(all.map((entry) => entry.action).sort()).toEqual(['insert', 'insert', 'update', 'update']);
    expect(new Set(all.map((entry) => entry.operation_id)).size).toBe(3);
    for (const entry of all)
      expect(entry).toMatchObject({ actor: { user_id: school.adminId }, at: expect.any(String) });
    for (const entry of all.filter((one) => one.action === 'update')) {
      expect(entry.before.ended_at).toBeNull();
      expect(entry.after.ended_at).not.toBeNull();
    }
  });

  it('can be undone, which brings the former instructor back', async () => {
    const ida = await student();
    await school.assign(teacher.id, ida.id);
    const { body } = await school.assign(other.id, ida.id, { replace: true });
    const undone = await school.admin('POST', `/api/bulk/operations/${body.operation_id}/rollback/`, {});
    expect(undone.status).toBeLessThan(300);
    expect(await rowOf(ida.id)).toMatchObject({ assigned_instructor: { _id: teacher.id } });
    expect(await historyOf(ida.id)).toHaveLength(1);
  });
});

describe('ending an assignment', () => {
  it('answers with the former instructor and clears the four fields of the student [IA-145, IA-147, IA-148, IA-150]', async () => {
    const ida = await student();
    await school.assign(teacher.id, ida.id, { notes: 'Algebra' });
    const { status, body } = await school.unassign(ida.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      message: 'Instructor unassigned from student successfully',
      data: {
        student_id: ida.id,
        student_name: 'Ida Falk',
        previous_instructor: { id: teacher.id, name: 'Omar Daud', email: teacher.email },
      },
    });
    expect(await rowOf(ida.id)).toMatchObject({
      assigned_instructor: null,
      instructor_assignment_date: null,
      instructor_assignment_type: null,
      instructor_assignment_notes: null,
    });
  });

  it('answers 400 for a student who has none, also right after the first end [IA-149, IA-317]', async () => {
    const ida = await student();
    await school.assign(teacher.id, ida.id);
    expect((await school.unassign(ida.id)).body.data.previous_instructor.id).toBe(teacher.id);
    expect(await school.unassign(ida.id)).toMatchObject({
      status: 400,
      body: { success: false, message: 'No instructor is assigned to this student' },
    });
    for (const id of [newId(), 's-1']) expect((await school.unassign(id)).status).toBe(404);
  });

  it('asks for a reason before three months, and keeps it [IA-252]', async () => {
    const [ida, jon] = [await student(), await student('Jon Berg')];
    for (const { id } of [ida, jon]) await school.assign(teacher.id, id);
    const { body } = await school.unassign(ida.id);
    expect(body.warnings).toMatchObject([{ code: 'mentorship_short', message: expect.stringContaining('0 day') }]);
    const path = `${AUTH}/unassign-instructor-from-student/${jon.id}?reason=moved`;
    expect((await school.admin('DELETE', path)).body.warnings).toEqual([]);
    expect((await historyOf(jon.id))[0]).toMatchObject({ end_reason: 'moved' });
  });
});

describe('the lists', () => {
  it("of an instructor has individual students alone, not those of the instructor's batches [IA-002, IA-137, IA-140 to IA-143]", async () => {
    const nora = await school.person('Nora Own', 'teacher');
    const [ida, jon] = [await student(), await student('Jon Berg')];
    await school.assign(nora.id, ida.id, { notes: 'Essay' });
    await school.batch(nora.id, 'active', { active: [jon.id] });
    const { status, body } = await school.admin('GET', `${AUTH}/instructor-students/${nora.id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      message: 'Students assigned to instructor fetched successfully',
      data: {
        instructor: { id: nora.id, name: 'Nora Own', email: nora.email },
        assigned_students: [
          {
            _id: ida.id,
            full_name: 'Ida Falk',
            email: ida.email,
            role: ['student'],
            instructor_assignment_date: clock.now.toISOString(),
            instructor_assignment_type: 'mentor',
            instructor_assignment_notes: 'Essay',
          },
        ],
        total_students: 1,
      },
    });
  });

  it('of an instructor is open to that instructor, empty where there are none, closed to others [IA-138, IA-139, IA-144]', async () => {
    const nora = await school.person('Nora None', 'teacher');
    const path = `${AUTH}/instructor-students/${nora.id}`;
    for (const call of [school.admin, nora.call]) {
      const { status, body } = await call('GET', path);
      expect(status).toBe(200);
      expect(body.data).toMatchObject({ assigned_students: [], total_students: 0 });
    }
    expect((await teacher.call('GET', path)).status).toBe(403);
    expect((await (await student()).call('GET', path)).status).toBe(403);
    expect((await school.admin('GET', `${AUTH}/instructor-students/${newId()}`)).status).toBe(404);
    const wrong = await school.admin('GET', `${AUTH}/instructor-students/${(await student()).id}`);
    expect(wrong.status).toBe(400);
  });

  it('of all students counts, filters and pages [IA-009, IA-052, IA-151, IA-153 to IA-155, IA-275, IA-276]', async () => {
    const own = await inOrganization(school.app, school.database, 'Ten students');
    const [mara, omar] = [await own.person('Mara', 'teacher'), await own.person('Omar', 'teacher')];
    const people: Person[] = [];
    for (let n = 0; n < 10; n++) people.push(await own.person(`Student ${String(n)}`, 'student'));
    for (const [n, { id }] of people.slice(0, 7).entries()) {
      await own.assign(n < 2 ? mara.id : omar.id, id, { assignment_type: n < 2 ? 'tutor' : 'mentor' });
    }
    const list = async (query = '') =>
      (await own.admin('GET', `${AUTH}/get-all-students-with-instructors${query}`)).body.data;
    const all = await list();
    expect(all).toMatchObject({ total_students: 10, assigned_count: 7, unassigned_count: 3 });
    expect(all.students).toHaveLength(10);
    expect(all.students.find((row: { _id: string }) => row._id === people[9]?.id)).toEqual({
      _id: people[9]?.id,
      full_name: 'Student 9',
      email: people[9]?.email,
      role: ['student'],
      assigned_instructor: null,
      instructor_assignment_date: null,
      instructor_assignment_type: null,
      instructor_assignment_notes: null,
    });
    expect(all.students.find((row: { _id: string }) => row._id === people[0]?.id)).toMatchObject({
      assigned_instructor: { _id: mara.id, full_name: 'Mara', email: mara.email },
      instructor_assignment_type: 'tutor',
    });
    expect((await list('?assigned=false')).students).toHaveLength(3);
    expect((await list('?assigned=true')).students).toHaveLength(7);
    expect((await list('?assignment_type=tutor')).students).toHaveLength(2);
    expect((await list('?search=student 4')).students).toHaveLength(1);
    const pages = [await list('?limit=5'), await list('?limit=5&page=2')];
    expect(pages.map((page) => page.students.length)).toEqual([5, 5]);
    expect(new Set(pages.flatMap((page) => page.students.map((row: { _id: string }) => row._id))).size).toBe(10);
    const distribution = await own.admin('GET', `${AUTH}/student-distribution`);
    expect(distribution.body).toEqual({
      success: true,
      data: [
        { _id: { hasInstructor: 'assigned' }, count: 7 },
        { _id: { hasInstructor: 'unassigned' }, count: 3 },
      ],
    });
    expect((await mara.call('GET', `${AUTH}/student-distribution`)).status).toBe(403);
  });
});

describe('who may', () => {
  it('call what: admin, teacher, student, nobody [IA-127, IA-138, IA-146, IA-152]', async () => {
    const ida = await student();
    const nobody = caller(school.app);
    const body = { instructor_id: teacher.id, student_id: ida.id };
    const table: [method: 'GET' | 'POST' | 'DELETE', url: string, teacher: number, body?: object][] = [
      ['POST', ASSIGN, 403, body],
      ['GET', `${AUTH}/instructor-students/${teacher.id}`, 200],
      ['GET', `${AUTH}/get-all-students-with-instructors`, 403],
      ['GET', `${AUTH}/student-distribution`, 403],
      ['GET', `/api/batches/instructors/${teacher.id}/workload`, 200],
      ['DELETE', `${AUTH}/unassign-instructor-from-student/${ida.id}`, 403],
    ];
    for (const [method, url, asTeacher, given] of table) {
      const codes = [
        await nobody(method, url, given),
        await ida.call(method, url, given),
        await teacher.call(method, url, given),
        await school.admin(method, url, given),
      ];
      expect([method, url, ...codes.map((reply) => reply.status)]).toEqual([method, url, 401, 403, asTeacher, 200]);
      for (const reply of codes.filter(({ status }) => status >= 400)) {
        expect(reply.body).toMatchObject({ success: false, message: expect.stringMatching(/./) });
      }
      expect(codes[3]?.body.success).toBe(true);
    }
  });

  it('sees nothing of another organization: its ids are unknown', async () => {
    const foreign = await inOrganization(school.app, school.database, 'Another school');
    const [theirTeacher, theirStudent] = [
      await foreign.person('Their Teacher', 'teacher'),
      await foreign.person('Their Student', 'student'),
    ];
    const ida = await student();
    expect((await school.assign(theirTeacher.id, ida.id)).status).toBe(404);
    expect((await school.assign(teacher.id, theirStudent.id)).status).toBe(404);
    expect((await school.unassign(theirStudent.id)).status).toBe(404);
    for (const url of [`${AUTH}/instructor-students/${theirTeacher.id}`, `/api/users/${theirStudent.id}/mentorships`]) {
      expect((await school.admin('GET', url)).status).toBe(404);
    }
  });

  it('is a teacher_admin for students of own units alone', async () => {
    const unitId = newId();
    await school.query(sql`insert into units (org_id, id, name) values (${school.orgId}, ${unitId}, 'North')`);
    const head = await school.person('He Ad', 'teacher_admin', unitId);
    const [inside, outside] = [await school.person('In Side', 'student', unitId), await student()];
    const assign = (studentId: string) =>
      head.call('POST', ASSIGN, { instructor_id: teacher.id, student_id: studentId });
    expect((await assign(inside.id)).status).toBe(200);
    expect((await assign(outside.id)).status).toBe(403);
    const { body } = await head.call('GET', `${AUTH}/get-all-students-with-instructors`);
    expect(body.data.students.map((row: { _id: string }) => row._id)).toEqual([inside.id]);
  });

  it('acts as a teacher from the next request on after being given the role [IA-295]', async () => {
    const ida = await student('Be Coming');
    const batchId = await school.batch(teacher.id);
    const path = `${AUTH}/instructor-students/${ida.id}`;
    expect((await ida.call('GET', path)).status).toBe(403);
    await school.admin('PATCH', `/api/users/${ida.id}`, { roles: ['teacher'] });
    await school.query(
      sql`insert into batch_teachers (org_id, id, batch_id, teacher_id) values (${school.orgId}, ${newId()}, ${batchId}, ${ida.id})`,
    );
    expect((await ida.call('GET', path)).status).toBe(200);
    expect((await ida.call('GET', `/api/batches/${batchId}/figures`)).status).toBe(200);
  });
});

describe('messages', () => {
  const noticesOf = async (operationId: string) =>
    school.query(sql<{ topic: string; recipient_id: string; payload: Record<string, unknown> }>`
      select topic, recipient_id, payload from outbox where org_id = ${school.orgId} and operation_id = ${operationId} and topic like 'mentorship.%'`);

  it('tell the instructor of the student, and introduce the student to the instructor [IA-222, IA-223]', async () => {
    const ida = await student();
    const { body } = await school.assign(teacher.id, ida.id, { assignment_type: 'tutor', notes: 'Algebra' });
    const notices = await noticesOf(body.operation_id);
    expect(notices).toHaveLength(2);
    expect(notices.find((one) => one.recipient_id === teacher.id)).toMatchObject({
      topic: 'mentorship.assigned',
      payload: { student_name: 'Ida Falk', assignment_type: 'tutor', notes: 'Algebra' },
    });
    expect(notices.find((one) => one.recipient_id === ida.id)).toMatchObject({
      topic: 'mentorship.assigned',
      payload: { instructor_name: 'Omar Daud', instructor_email: teacher.email, assignment_type: 'tutor' },
    });
    const ended = await school.unassign(ida.id);
    expect((await noticesOf(ended.body.operation_id)).map((one) => one.topic)).toEqual([
      'mentorship.ended',
      'mentorship.ended',
    ]);
  });

  it('are sent for many as the caller chooses [IA-344]', async () => {
    const people = [await student(), await student()];
    for (const notify of [false, true]) {
      const fresh = await Promise.all(people.map(() => student()));
      const { body } = await assignMany(fresh, { notify });
      expect(await noticesOf(body.id)).toHaveLength(notify ? 4 : 0);
    }
  });
});

async function assignMany(people: readonly Person[], more: object = {}) {
  const made = await school.admin('POST', '/api/bulk/operations', {
    operation_type: 'mentor_assign',
    operation_name: 'Assign',
    parameters: { student_ids: people.map((one) => one.id), instructor_ids: [teacher.id], ...more },
  });
  expect(made.status).toBe(201);
  const started = await school.admin('POST', `/api/bulk/operations/${made.body.id}/start/`, {
    plan_hash: made.body.plan_hash,
  });
  expect(started.status).toBeLessThan(300);
  return started;
}

describe('many at once', () => {
  it('twenty students are twenty items, each failing with the words of the single call, after a dry run that changes nothing [IA-306]', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => student()));
    await school.assign(teacher.id, people[3]?.id ?? '');
    await school.assign(other.id, people[4]?.id ?? '');
    const made = await school.admin('POST', '/api/bulk/operations', {
      operation_type: 'mentor_assign',
      operation_name: 'Assign',
      parameters: { student_ids: people.map((one) => one.id), instructor_ids: [teacher.id] },
    });
    const preview = await school.admin('GET', `/api/bulk/operations/${made.body.id}/preview/?limit=100`);
    const wrong = preview.body.items.filter((item: { action: string }) => item.action === 'error');
    expect(preview.body.items).toHaveLength(20);
    expect(wrong.map((item: { error_message: string }) => item.error_message).sort()).toEqual([
      'Another instructor is already assigned to this student',
      'This instructor is already assigned to this student',
    ]);
    expect((await rowOf(people[0]?.id ?? ''))['assigned_instructor']).toBeNull();
    const started = await school.admin('POST', `/api/bulk/operations/${made.body.id}/start/`, {
      plan_hash: made.body.plan_hash,
    });
    expect(started.body).toMatchObject({ successful_items: 18, failed_items: 2 });
    expect(await rowOf(people[0]?.id ?? '')).toMatchObject({ assigned_instructor: { _id: teacher.id } });
  });
});
