/** People and batches as the source's own tests make them: each call gives another. */
import type { Call } from '../../fixtures/http.ts';
import type { Made } from './batch-api.ts';

let number = 0;

export async function aTestInstructor(admin: Call): Promise<Made> {
  number += 1;
  const { body } = await admin('POST', '/api/users', {
    full_name: 'Test Instructor',
    email: `instructor_${number}@test.com`,
    role: ['teacher'],
  });
  await admin('PUT', `/api/users/${body.id}/teacher-profile`, { domain: 'Computer Science' });
  return body;
}

export async function aTestStudent(admin: Call): Promise<Made> {
  number += 1;
  const { body } = await admin('POST', '/api/users', {
    full_name: 'Test Student',
    email: `student_${number}@test.com`,
    role: ['student'],
  });
  return body;
}

/** Starts tomorrow, ends in 90 days, and is active already. */
export async function aTestBatch(admin: Call, courseId: string, instructorId: string): Promise<Made> {
  number += 1;
  const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const { body } = await admin('POST', `/api/batches/courses/${courseId}/batches`, {
    batch_name: `Test Batch ${number}`,
    start_date: day(1),
    end_date: day(90),
    capacity: 10,
    assigned_instructor: instructorId,
    status: 'Active',
  });
  return body.data;
}
