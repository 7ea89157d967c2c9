import { sql } from 'kysely';
import { one, rows } from '../db/database.ts';
import { type Asked, shownDetail } from '../engine/index.ts';

export interface TrailEntry {
  readonly id: string;
  readonly operation_id: string;
  readonly action: string;
  readonly at: Date;
  readonly actor: string | null;
  readonly actor_name: string | null;
  readonly actor_role: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly detail: Record<string, unknown>;
}

/** A page of the audit entries of an operation, of its undo and of its retries, oldest first; and how many there are. */
export async function listTrail(
  { tx, engine, actor }: Asked,
  operationId: string,
  { page, size }: { page: number; size: number },
): Promise<{ entries: TrailEntry[]; total: number }> {
  const related = sql`a.org_id = ${tx.orgId} and (a.operation_id = ${operationId} or a.operation_id in (
    select o.id from operations o where o.org_id = ${tx.orgId} and (o.undo_of = ${operationId} or o.retry_of = ${operationId})))`;
  const { total } = await one(tx, sql<{ total: number }>`select count(*) as total from audit a where ${related}`);
  const entries = await rows(
    tx,
    sql<TrailEntry>`
    select a.id, a.operation_id, a.action, a.at, coalesce(a.actor_user, a.actor_account) as actor, u.display_name as actor_name,
      a.actor_role, a.ip, a.user_agent, ${shownDetail(engine, actor)} as detail
    from audit a left join users u on u.org_id = ${tx.orgId} and u.id = a.actor_user
    where ${related} order by a.id limit ${size} offset ${(page - 1) * size}`,
  );
  return { entries, total };
}
