/** Many at the same moment: a seat is given once. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reply } from '../../fixtures/http.ts';
import { aLearnerSchool, enrollmentsIn, seatsTaken, type LearnerSchool, only } from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

/** Of learners who enroll one by one and in bulk at the same moment: how many found a seat, and what the others were told. */
async function rush(batch: string, singles: number, bulks: number) {
  await school.invite({ batches: [batch], isDefault: true });
  const ids = await school.learners(singles + bulks * 20);
  const alone = ids.slice(0, singles).map((id) => school.assign({ user_ids: [id], assignments: only(batch) }));
  const together = Array.from({ length: bulks }, (_, at) =>
    bulk(batch, ids.slice(singles + at * 20, singles + at * 20 + 20)),
  );
  const replies: Reply[] = await Promise.all(alone);
  const operations = await Promise.all(together);
  const results = replies.flatMap(({ status, body }) =>
    status === 200 ? body.results : [{ status: `HTTP ${String(status)}` }],
  );
  const seated = results.filter((row: { status: string }) => row.status === 'SUCCESS').length;
  const inBulk = operations.reduce((sum, done) => sum + done.successful_items, 0);
  const told = results
    .filter((row: { status: string }) => row.status !== 'SUCCESS')
    .map((row: { message?: string; status: string }) => row.message ?? row.status);
  return { seated: seated + inBulk, told: [...new Set(told)] };
}

/** Previewed, then started, as an operation of the general interface. */
async function bulk(batch: string, ids: readonly string[]): Promise<{ successful_items: number }> {
  const made = await school.admin('POST', '/api/bulk/operations', {
    operation_type: 'learner_assign',
    operation_name: 'Rush',
    parameters: { user_ids: ids, assignments: only(batch) },
  });
  const { body } = await school.admin('POST', `/api/bulk/operations/${made.body.id}/start`, {
    plan_hash: made.body.plan_hash,
  });
  if (body.successful_items !== undefined) return body;
  // What changed since the preview is not run.
  expect(body.code).toBe('plan_stale');
  return { successful_items: 0 };
}

it.each([
  [100, 0],
  [80, 4],
])(
  '%i single calls and %i bulk ones for 10 seats: exactly 10 are taken, the others are told',
  async (singles, bulks) => {
    const batch = await school.batch({ capacity: 10 });
    const { seated, told } = await rush(batch, singles, bulks);
    expect(seated).toBe(10);
    expect(told).toEqual(['Batch has reached maximum capacity']);
    expect(await seatsTaken(school, batch)).toBe(10);
    expect((await enrollmentsIn(school, batch)).filter((row) => row.status === 'active')).toHaveLength(10);
  },
  180_000,
);

it('raw SQL cannot oversell a seat, nor enroll a learner of another organization', async () => {
  const [batch, ids] = [await school.batch({ capacity: 1 }), await school.learners(2)];
  await school.assign({ user_ids: ids, assignments: only(batch) });
  await expect(
    school.query(sql`update batches set enrolled_students = 2 where org_id = ${school.orgId} and id = ${batch}`),
  ).rejects.toThrow('batches_seats_check');
  const other = await aLearnerSchool(school.database, school.app);
  const [foreign = ''] = await other.learners(1);
  await expect(
    school.query(sql`
      insert into enrollments (org_id, id, batch_id, course_id, student_id)
      select org_id, gen_random_uuid(), id, course_id, ${foreign} from batches where org_id = ${school.orgId} and id = ${batch}`),
  ).rejects.toThrow('enrollments_student_fkey');
});
