/** Removals under a plan that serves several batches. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aLearnerSchool,
  enrollmentsIn,
  seatsTaken,
  type LearnerSchool,
  only,
  inDays,
  aSharedPlan,
  sharedWarning,
} from './learner-school.ts';

let school: LearnerSchool;
beforeAll(async () => {
  school = await aLearnerSchool();
});
afterAll(() => school.close());

/** A learner of one batch under a plan of their own. */
async function aClass(count: number) {
  const [batch, ids] = [await school.batch(), await school.learners(count)];
  await school.assign({ user_ids: ids, assignments: only(batch) });
  return { batch, ids };
}

describe('a plan that serves several batches', () => {
  it('is warned about in preview and run, ends with the removal, and so do the others under it [LA-171 to LA-176]', async () => {
    const { one, two, ids, plan } = await aSharedPlan(school);
    const own = await aClass(1);
    const wanted = { user_ids: [...ids, ...own.ids], package_session_ids: [one, own.batch] };
    const answers = [await school.deassign({ ...wanted, options: { dry_run: true } }), await school.deassign(wanted)];
    for (const { body } of answers) {
      const done = body.results.filter((row: { status: string }) => row.status === 'SUCCESS');
      expect(done.map((row: { warning?: string }) => row.warning)).toEqual([sharedWarning(plan, 2), undefined]);
      expect(done[0].affected_package_session_ids).toEqual([two]);
    }
    const [other] = await enrollmentsIn(school, two);
    expect(other).toMatchObject({ status: 'cancelled', plan_status: 'cancelled', access_ends_at: inDays(30) });
    expect(await seatsTaken(school, two)).toBe(0);
    const trail = await school.query(sql`
      select after ->> 'status' as status from changes where org_id = ${school.orgId} and operation_id = ${answers[1]?.body.operation_id} and entity_id = ${other?.id}`);
    expect(trail).toEqual([{ status: 'cancelled' }]);
  });

  it('is warned about when all of them are in the request, and then affects no other [LA-177]', async () => {
    const { one, two, ids, plan } = await aSharedPlan(school);
    const { body } = await school.deassign({ user_ids: ids, package_session_ids: [one, two] });
    expect(body.results).toMatchObject(
      [one, two].map((batch) => ({
        package_session_id: batch,
        status: 'SUCCESS',
        warning: sharedWarning(plan, 2),
        affected_package_session_ids: [],
      })),
    );
  });

  it('no longer counts what has ended under it', async () => {
    const { one, two, ids } = await aSharedPlan(school);
    await school.query(
      sql`update enrollments set status = 'completed' where org_id = ${school.orgId} and batch_id = ${two}`,
    );
    const { body } = await school.deassign({ user_ids: ids, package_session_ids: [one] });
    expect(body.results[0]).not.toHaveProperty('warning');
    expect((await enrollmentsIn(school, two))[0]?.status).toBe('completed');
  });
});

it('learners who are removed are told once of all that ends, if that is wanted', async () => {
  const { one, two, ids } = await aSharedPlan(school);
  const { body } = await school.deassign({
    user_ids: [...ids, 'nobody'],
    package_session_ids: [one],
    options: { notify_learners: true },
  });
  const [message, ...others] = await messagesOf(body.operation_id);
  expect(others).toEqual([]);
  expect(message?.recipient_id).toBe(ids[0]);
  expect(message?.payload.courses).toHaveLength([one, two].length);
});

async function messagesOf(operationId: string): Promise<{ recipient_id: string; payload: { courses: unknown[] } }[]> {
  return school.query(sql<{ recipient_id: string; payload: { courses: unknown[] } }>`
    select recipient_id, payload from outbox where org_id = ${school.orgId} and operation_id = ${operationId} and topic = 'enrollment.ended'`);
}
