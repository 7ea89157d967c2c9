/** A school with batches and learners, and the calls of learner management as an admin makes them. */
import { sql, type RawBuilder } from 'kysely';
import { inOrg, rows } from '../../../packages/server/src/db/database.ts';
import { newId } from '../../../packages/server/src/db/ids.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { anOrganization, testApp, type Call, type Reply } from '../../fixtures/http.ts';

export const PATH = '/admin-core-service/v3/learner-management';
/** The clock of the server stands still. */
export const NOW = new Date('2026-03-10T09:00:00Z');

export interface LearnerSchool {
  readonly database: TestDatabase;
  readonly app: App;
  readonly orgId: string;
  readonly admin: Call;
  close(): Promise<void>;
  query<T>(statement: RawBuilder<T>): Promise<T[]>;
  batch(values?: BatchValues): Promise<string>;
  /** Active students with an e-mail. */
  learners(count: number): Promise<string[]>;
  invite(values: InviteValues): Promise<Invite>;
  assign(body: object): Promise<Reply>;
  deassign(body: object): Promise<Reply>;
  /** How many rows each table has that an assignment could write. */
  counts(): Promise<Record<string, number>>;
}

export interface BatchValues {
  readonly name?: string;
  readonly capacity?: number | null;
  readonly status?: string;
  readonly classroomId?: string;
}

export interface InviteValues {
  readonly name?: string;
  readonly batches: readonly string[];
  readonly isDefault?: boolean;
  readonly isBundled?: boolean;
  readonly accessDays?: number | null;
  readonly validityDays?: number | null;
  readonly price?: number;
  readonly status?: string;
  readonly endDate?: string | null;
  readonly requiresApproval?: boolean;
}

export interface Invite {
  readonly id: string;
  readonly optionId: string;
  readonly planId: string;
}

export async function aLearnerSchool(
  at: TestDatabase | null = null,
  appOfOther: App | null = null,
): Promise<LearnerSchool> {
  const database = at ?? (await testDatabase());
  const app = appOfOther ?? (await testApp(database, { now: () => NOW }));
  const { orgId, admin } = await anOrganization(app, database, `School ${newId()}`);
  const query = <T>(statement: RawBuilder<T>): Promise<T[]> => inOrg(database, orgId, (tx) => rows(tx, statement));
  const school = { database, app, orgId, admin, query };
  return {
    ...school,
    close: async () => {
      await app.close();
      await database.drop();
    },
    batch: (values = {}) => addBatch(school, values),
    learners: (count) => addLearners(school, count),
    invite: (values) => addInvite(school, values),
    assign: (body) => admin('POST', `${PATH}/assign`, { institute_id: orgId, ...body }),
    deassign: (body) => admin('POST', `${PATH}/deassign`, { institute_id: orgId, ...body }),
    counts: () => countRows(school),
  };
}

type Parts = Pick<LearnerSchool, 'orgId' | 'query'>;

async function addBatch({ orgId, query }: Parts, values: BatchValues): Promise<string> {
  const [courseId, id] = [newId(), newId()];
  await query(sql`insert into courses (org_id, id, title) values (${orgId}, ${courseId}, 'Mathematics')`);
  await query(sql`
    insert into batches (org_id, id, name, course_id, capacity, status, classroom_id)
    values (${orgId}, ${id}, ${values.name ?? 'Grade 10'}, ${courseId}, ${values.capacity ?? null}, ${values.status ?? 'active'}, ${values.classroomId ?? null})`);
  return id;
}

async function addLearners({ orgId, query }: Parts, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await query(sql`
    insert into users (org_id, id, email, given_name, family_name, display_name)
    select ${orgId}, id, 'l-' || id || '@school.example', 'Learner', lpad(n::text, 5, '0'), 'Learner ' || n
    from unnest(${ids}::uuid[]) with ordinality l(id, n)`);
  return ids;
}

async function addInvite({ orgId, query }: Parts, values: InviteValues): Promise<Invite> {
  const [id, optionId, planId] = [newId(), newId(), newId()];
  await query(sql`
    insert into payment_options (org_id, id, name, type, require_approval)
    values (${orgId}, ${optionId}, 'Option', ${(values.price ?? 0) > 0 ? 'PAID' : 'FREE'}, ${values.requiresApproval ?? false})`);
  await query(sql`
    insert into payment_plans (org_id, id, payment_option_id, name, actual_price, validity_in_days)
    values (${orgId}, ${planId}, ${optionId}, 'Plan', ${values.price ?? 0}, ${values.validityDays ?? null})`);
  await query(sql`
    insert into enroll_invites (org_id, id, name, invite_code, tag, status, end_date, is_bundled, learner_access_days)
    values (${orgId}, ${id}, ${values.name ?? 'Invite'}, ${id}, ${values.isDefault === true ? 'DEFAULT' : null}, ${values.status ?? 'ACTIVE'},
      ${values.endDate ?? null}::date, ${values.isBundled ?? false}, ${values.accessDays ?? null})`);
  await query(sql`
    insert into invite_options (org_id, id, enroll_invite_id, batch_id, payment_option_id, is_default)
    select ${orgId}, gen_random_uuid(), ${id}, batch_id, ${optionId}, ${values.isDefault ?? false}
    from unnest(${[...values.batches]}::uuid[]) batch_id`);
  return { id, optionId, planId };
}

const WRITTEN = [
  ...['users', 'enroll_invites', 'invite_options', 'payment_options', 'payment_plans'],
  ...['user_plans', 'enrollments', 'payments', 'custom_field_values', 'outbox'],
];

async function countRows({ orgId, query }: Parts): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of WRITTEN) {
    const [found] = await query(
      sql<{ n: number }>`select count(*) as n from ${sql.table(name)} where org_id = ${orgId}`,
    );
    counts[name] = found?.n ?? 0;
  }
  return counts;
}

/** Stored enrollments of a batch, in the order of the learners. */
export interface StoredEnrollment {
  readonly id: string;
  readonly student_id: string;
  readonly status: string;
  readonly access_ends_at: Date | null;
  readonly user_plan_id: string | null;
  readonly enroll_invite_id: string | null;
  readonly enrollment_type: string;
  readonly source: string;
  readonly plan_status: string | null;
  readonly plan_ends_at: Date | null;
  readonly payment_option_id: string | null;
  readonly payment_plan_id: string | null;
  readonly approval: string | null;
}

export async function enrollmentsIn({ orgId, query }: Parts, batchId: string): Promise<StoredEnrollment[]> {
  return query(sql<StoredEnrollment>`
    select e.*, p.status as plan_status, p.ends_at as plan_ends_at, p.payment_option_id, p.payment_plan_id, p.approval
    from enrollments e left join user_plans p on p.org_id = ${orgId} and p.id = e.user_plan_id
    join users u on u.org_id = ${orgId} and u.id = e.student_id
    where e.org_id = ${orgId} and e.batch_id = ${batchId} order by u.family_name, u.id`);
}

export async function seatsTaken({ orgId, query }: Parts, batchId: string): Promise<number> {
  const [found] = await query(
    sql<{ n: number }>`select enrolled_students as n from batches where org_id = ${orgId} and id = ${batchId}`,
  );
  return found?.n ?? NaN;
}

export const only = (batch: string) => [{ package_session_id: batch }];
export const inDays = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);

/** One learner in two batches under one plan. */
export async function aSharedPlan(school: LearnerSchool) {
  const [one, two, ids] = [await school.batch(), await school.batch(), await school.learners(1)];
  await school.invite({ batches: [one, two], isDefault: true, isBundled: true, accessDays: 30 });
  const { body } = await school.assign({ user_ids: ids, assignments: [...only(one), ...only(two)] });
  return { one, two, ids, plan: String(body.results[0].user_plan_id) };
}

export const sharedWarning = (plan: string, count: number) =>
  `UserPlan ${plan} is shared across ${String(count)} package sessions. Canceling this plan will affect other enrollments.`;
