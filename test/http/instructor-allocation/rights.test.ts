import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { anOrganization, type Call, type Reply } from '../../fixtures/http.ts';
import { batchApi, type BatchApi, type Made } from './batch-api.ts';

let api: BatchApi;
let batch: Made;
let enrollmentId: string;
let freeTeacher: string;
beforeAll(async () => {
  api = await batchApi();
  batch = await api.batch({ assigned_instructor: api.teacher.id });
  enrollmentId = (await api.enroll(api.student.id, batch)).body.data._id;
  freeTeacher = (await api.person('Free Teacher', 'teacher')).id;
});
afterAll(() => api.end());

interface Endpoint {
  readonly name: string;
  readonly call: (as: Call) => Promise<Reply>;
  /** For an admin, the teacher of the batch, its student, another teacher, another student. */
  readonly codes: readonly [number, number, number, number, number];
}

const ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'POST /api/batches/courses/:courseId/batches',
    codes: [201, 403, 403, 403, 403],
    call: async (as) => as('POST', `/api/batches/courses/${batch.course}/batches`, await api.body()),
  },
  {
    name: 'GET /api/batches/courses/:courseId/batches',
    codes: [200, 200, 403, 200, 403],
    call: (as) => as('GET', `/api/batches/courses/${batch.course}/batches`),
  },
  {
    name: 'GET /api/batches/:batchId',
    codes: [200, 200, 200, 403, 403],
    call: (as) => as('GET', `/api/batches/${batch._id}`),
  },
  {
    name: 'GET /api/batches/:batchId/students',
    codes: [200, 200, 403, 403, 403],
    call: (as) => as('GET', `/api/batches/${batch._id}/students`),
  },
  {
    name: 'PUT /api/batches/:batchId',
    codes: [200, 403, 403, 403, 403],
    call: (as) => as('PUT', `/api/batches/${batch._id}`, { batch_notes: 'Room 5' }),
  },
  {
    name: 'PUT /api/batches/:batchId/assign-instructor/:instructorId',
    codes: [200, 403, 403, 403, 403],
    call: async (as) => {
      const other = await api.batch({}, batch.course);
      return as('PUT', `/api/batches/${other._id}/assign-instructor/${freeTeacher}`);
    },
  },
  {
    name: 'DELETE /api/batches/:batchId',
    codes: [200, 403, 403, 403, 403],
    call: async (as) => as('DELETE', `/api/batches/${(await api.batch({}, batch.course))._id}`),
  },
  {
    name: 'POST /api/enrollments/students/:studentId/enroll',
    codes: [201, 403, 201, 403, 403],
    call: async (as) => {
      const other = await api.batch({}, batch.course);
      return as('POST', `/api/enrollments/students/${api.student.id}/enroll`, {
        courseId: batch.course,
        batchId: other._id,
      });
    },
  },
  {
    name: 'GET /api/enrollments/:enrollmentId',
    codes: [200, 200, 200, 403, 403],
    call: (as) => as('GET', `/api/enrollments/${enrollmentId}`),
  },
  {
    name: 'PUT /api/enrollments/:enrollmentId',
    codes: [200, 403, 403, 403, 403],
    call: (as) => as('PUT', `/api/enrollments/${enrollmentId}`, { enrollment_type: 'corporate' }),
  },
  {
    name: 'DELETE /api/enrollments/:enrollmentId',
    codes: [200, 403, 200, 403, 403],
    call: async (as) => {
      const other = await api.batch({}, batch.course);
      const enrolled = await api.enroll(api.student.id, other);
      return as('DELETE', `/api/enrollments/${enrolled.body.data._id}`);
    },
  },
  {
    name: 'GET /api/users/:userId',
    codes: [200, 404, 404, 404, 404],
    call: (as) => as('GET', `/api/users/${freeTeacher}`),
  },
];

/** Every answer says in `success` whether it is one, and every refusal why. */
function told({ status, body }: Reply): void {
  expect(body.success).toBe(status < 400);
  if (status >= 400) expect(body.message).toMatch(/\S/);
}

it.each(ENDPOINTS)(
  '$name answers each role as the table says [IA-010, IA-083, IA-099, IA-104, IA-108, IA-111, IA-117, IA-120]',
  async ({ call, codes }) => {
    const callers = [api.admin, api.teacher.call, api.student.call, api.otherTeacher.call, api.otherStudent.call];
    const found: number[] = [];
    for (const as of callers) {
      const reply = await call(as);
      told(reply);
      found.push(reply.status);
    }
    expect(found).toEqual(codes);
  },
);

it.each(ENDPOINTS)(
  '$name answers nobody without sign-in, and says so in the same shape [IA-078 to IA-080, IA-336]',
  async ({ call }) => {
    const reply = await call(api.nobody);
    expect(reply.status).toBe(401);
    told(reply);
  },
);

it('a body that is no JSON is refused in the same shape [IA-081]', async () => {
  const call = async (payload: string) => {
    const reply = await api.app.inject({
      method: 'POST',
      url: `/api/batches/courses/${batch.course}/batches`,
      payload,
      headers: { 'content-type': 'application/json', authorization: await token() },
    });
    return { status: reply.statusCode, body: reply.json() };
  };
  expect(await call('{"batch_name": ')).toMatchObject({ status: 400, body: { success: false } });
  expect(await call(JSON.stringify(await api.body()))).toMatchObject({ status: 201 });
});

async function token(): Promise<string> {
  const signedIn = await api.nobody('POST', '/api/login', {
    login: 'admin@conservatory.example',
    password: 'correct horse',
  });
  return `Bearer ${signedIn.body.token}`;
}

it('the students of a batch are those who are active in it, with their enrollments [IA-107, IA-109]', async () => {
  const other = await api.batch();
  const enrolled = [];
  for (const id of await api.students(4)) enrolled.push(await api.enroll(id, other));
  await api.admin('DELETE', `/api/enrollments/${enrolled[0]?.body.data._id}`);
  const { status, body } = await api.admin('GET', `/api/batches/${other._id}/students`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ success: true, count: 3 });
  expect(body.data).toHaveLength(3);
  for (const row of body.data)
    expect(Object.keys(row)).toEqual(
      expect.arrayContaining(['_id', 'full_name', 'email', 'enrollment_id', 'enrollment_date', 'status']),
    );
});

it('a teacher_admin answers for batches of own units and for students in them', async () => {
  const unit = (await api.admin('POST', '/api/units', { name: 'North' })).body.id;
  const ann = await api.person('Ann Unit', 'teacher_admin');
  const [own, foreign] = [await api.person('Own Teacher', 'teacher'), await api.person('Other Teacher', 'teacher')];
  const [student = '', outside = ''] = await api.students(2);
  for (const id of [ann.id, own.id, student]) await api.admin('PATCH', `/api/users/${id}`, { unit_id: unit });
  const make = async (teacher: string) =>
    ann.call('POST', `/api/batches/courses/${batch.course}/batches`, await api.body({ assigned_instructor: teacher }));
  expect(await make(foreign.id)).toMatchObject({ status: 403, body: { success: false } });
  const made = (await make(own.id)).body.data;
  expect((await ann.call('GET', `/api/batches/${made._id}`)).status).toBe(200);
  expect((await ann.call('PUT', `/api/batches/${made._id}`, { capacity: 3 })).status).toBe(200);
  expect((await ann.call('PUT', `/api/batches/${made._id}/assign-instructor/${foreign.id}`)).status).toBe(403);
  expect((await ann.call('PUT', `/api/batches/${batch._id}`, { capacity: 3 })).status).toBe(403);
  expect((await ann.call('GET', `/api/batches/${batch._id}`)).status).toBe(403);
  const listed = await ann.call('GET', `/api/batches/courses/${batch.course}/batches`);
  expect(listed.body.data).toMatchObject([{ _id: made._id }]);
  const enroll = (id: string) =>
    ann.call('POST', `/api/enrollments/students/${id}/enroll`, { courseId: batch.course, batchId: made._id });
  expect((await enroll(outside)).status).toBe(403);
  const enrolled = await enroll(student);
  expect(enrolled.status).toBe(201);
  const theirs = await api.enroll(outside, batch);
  expect((await ann.call('PUT', `/api/enrollments/${theirs.body.data._id}`, { status: 'on_hold' })).status).toBe(403);
  expect((await ann.call('GET', `/api/enrollments/${theirs.body.data._id}`)).status).toBe(403);
  expect((await ann.call('DELETE', `/api/enrollments/${enrolled.body.data._id}`)).status).toBe(200);
});

it('ids of another organization are as unknown as any', async () => {
  const { admin } = await anOrganization(api.app, api.database, 'Elsewhere');
  const calls = [
    ['GET', `/api/batches/courses/${batch.course}/batches`],
    ['GET', `/api/batches/${batch._id}`],
    ['DELETE', `/api/batches/${batch._id}`],
    ['GET', `/api/enrollments/${enrollmentId}`],
    ['DELETE', `/api/enrollments/${enrollmentId}`],
  ] as const;
  for (const [method, url] of calls) {
    const foreign = await admin(method, url);
    const unknown = await admin(method, url.replace(/[0-9a-f-]{36}/, newId()));
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, errors: [], detail: '', message: '', subject: '' }).toEqual({
      ...unknown.body,
      errors: [],
      detail: '',
      message: '',
      subject: '',
    });
  }
});
