/** Who may call what, over all that instructor allocation serves. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { caller } from '../../fixtures/http.ts';
import { ASSIGN, AUTH, aMentorSchool, type MentorSchool } from './mentors-api.ts';

const clock = { now: new Date() };
let school: MentorSchool;
beforeAll(async () => {
  school = await aMentorSchool(clock);
});
afterAll(async () => {
  await school.app.close();
  await school.database.drop();
});

type Row = readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, codes: string, body?: object];

it('each endpoint answers admin, teacher, student and nobody as the access table says [IA-318]', async () => {
  const [teacher, ida, jon] = [
    await school.person('Omar Daud', 'teacher'),
    await school.person('Ida Falk', 'student'),
    await school.person('Jon Berg', 'student'),
  ];
  const batchId = await school.batch(teacher.id, 'active', { active: [ida.id] });
  const empty = await school.batch(teacher.id, 'upcoming');
  const [row] = await school.query(sql<{ course_id: string; enrollment_id: string }>`
    select b.course_id, e.id as enrollment_id from batches b join enrollments e on e.org_id = b.org_id and e.batch_id = b.id
    where b.org_id = ${school.orgId} and b.id = ${batchId}`);
  const [courseId, enrollmentId] = [row?.course_id ?? '', row?.enrollment_id ?? ''];
  const batch = {
    batch_name: 'Evening',
    start_date: '2026-03-02',
    end_date: '2026-06-05',
    capacity: 10,
    assigned_instructor: teacher.id,
  };
  const table: readonly Row[] = [
    ['GET', `/api/users/${ida.id}`, '200 200 200 401'],
    ['POST', `/api/batches/courses/${courseId}/batches`, '201 403 403 401', batch],
    ['GET', `/api/batches/courses/${courseId}/batches`, '200 200 403 401'],
    ['GET', `/api/batches/${batchId}`, '200 200 200 401'],
    ['GET', `/api/batches/${batchId}/students`, '200 200 403 401'],
    ['PUT', `/api/batches/${batchId}`, '200 403 403 401', { batch_notes: 'Room 5' }],
    ['PUT', `/api/batches/${batchId}/assign-instructor/${teacher.id}`, '200 403 403 401'],
    ['DELETE', `/api/batches/${empty}`, '200 403 403 401'],
    ['POST', ASSIGN, '200 403 403 401', { instructor_id: teacher.id, student_id: ida.id }],
    ['GET', `${AUTH}/instructor-students/${teacher.id}`, '200 200 403 401'],
    ['GET', `${AUTH}/get-all-students-with-instructors`, '200 403 403 401'],
    ['DELETE', `${AUTH}/unassign-instructor-from-student/${ida.id}`, '200 403 403 401'],
    ['POST', `/api/enrollments/students/${jon.id}/enroll`, '201 403 403 401', { courseId, batchId }],
    ['GET', `/api/enrollments/${enrollmentId}`, '200 200 200 401'],
    ['PUT', `/api/enrollments/${enrollmentId}`, '200 403 403 401', { status: 'on_hold' }],
    ['DELETE', `/api/enrollments/${enrollmentId}`, '200 403 200 401'],
  ];
  for (const [method, url, codes, body] of table) {
    const [asAdmin, asTeacher, asStudent, asNobody] = codes.split(' ').map(Number);
    const calls = [
      [asNobody, caller(school.app)],
      [asTeacher, teacher.call],
      // What the student may end is ended once, by the admin.
      ...(method === 'DELETE' && asStudent === 200 ? [] : [[asStudent, ida.call] as const]),
      [asAdmin, school.admin],
    ] as const;
    for (const [code, call] of calls) {
      expect([method, url, (await call(method, url, body)).status]).toEqual([method, url, code]);
    }
  }
});
