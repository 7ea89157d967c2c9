/** What a plan amounts to: its counts and its hash, in one pass over the items and one over the changes. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import { type PlanWrites, type PlanCounts } from '../operation.ts';

interface ItemGroup {
  readonly action: string;
  readonly code: string | null;
  readonly count: number;
  readonly warnings: number;
  readonly hash: string;
}

/**
 * The hash changes with any difference in items, changes or how the file was read, in whatever order the rows are read: it is made of sums of
 * 64-bit row hashes. 100,000 items with their changes take about 0.3 s.
 */
export async function sumUpPlan(
  tx: OrgTransaction,
  operationId: string,
  reading: unknown,
): Promise<{ counts: PlanCounts; hash: string }> {
  const groups = await rows(
    tx,
    sql<ItemGroup>`
    select action, code, count(*) as count, coalesce(sum(jsonb_array_length(warnings)), 0) as warnings,
      sum(hash_record_extended(row(item_no, subject_id, action, code, detail, warnings), 1))::text as hash
    from operation_items where org_id = ${tx.orgId} and operation_id = ${operationId} group by action, code order by 1, 2`,
  );
  const written = await rows(
    tx,
    sql<PlanWrites & { hash: string }>`
    select entity, action, count(*) as count,
      sum(hash_record_extended(row(item_no, entity, entity_id, action, before, after, version_read), 1))::text as hash
    from changes where org_id = ${tx.orgId} and operation_id = ${operationId} group by entity, action order by 1, 2`,
  );
  const { people } = await one(
    tx,
    sql<{ people: number }>`
    select count(distinct subject_id) as people from operation_items
    where org_id = ${tx.orgId} and operation_id = ${operationId} and subject_id is not null`,
  );
  const writes = written.map(({ entity, action, count }) => ({ entity, action, count }));
  const hash = createHash('sha256')
    .update(JSON.stringify([groups, written, reading]))
    .digest('hex');
  return { counts: { people, writes, ...countItems(groups), changes: total(writes) }, hash };
}

function countItems(groups: readonly ItemGroup[]): Pick<PlanCounts, 'items' | 'warnings' | 'actions' | 'codes'> {
  return {
    items: total(groups),
    warnings: groups.reduce((sum, group) => sum + group.warnings, 0),
    actions: totalBy(groups, (group) => group.action),
    codes: totalBy(groups, (group) => group.code),
  };
}

function total(groups: readonly { count: number }[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

function totalBy(groups: readonly ItemGroup[], key: (group: ItemGroup) => string | null): Record<string, number> {
  const result: Record<string, number> = {};
  for (const group of groups) {
    const name = key(group);
    if (name !== null) result[name] = (result[name] ?? 0) + group.count;
  }
  return result;
}
