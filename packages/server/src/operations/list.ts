import type { operationFilters } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { isUuid, one, rows } from '../db/database.ts';
import { type Asked, type Engine, type Operation, visibleOperations } from '../engine/index.ts';

type Filters = z.output<typeof operationFilters>;

/** One page of the operations that the actor may see, newest first, and how many there are in all. */
export async function listOperations(
  asked: Asked,
  filters: Filters,
): Promise<{ operations: Operation[]; total: number }> {
  const { tx, engine, actor } = asked;
  const condition = sql`o.org_id = ${tx.orgId} and ${visibleOperations(engine, actor)} and ${matching(engine, filters)}`;
  const { total } = await one(
    tx,
    sql<{ total: number }>`select count(*) as total from operations o where ${condition}`,
  );
  const operations = await rows(
    tx,
    sql<Operation>`
    select o.* from operations o where ${condition}
    order by o.created_at desc, o.id desc limit ${filters.page_size} offset ${(filters.page - 1) * filters.page_size}`,
  );
  return { operations, total };
}

function matching(engine: Engine, filters: Filters): RawBuilder<unknown> {
  const {
    status,
    operation_type: kind,
    without,
    created_by: by,
    approved_by: approver,
    created_after: after,
    created_before: before,
    search,
  } = filters;
  const conditions = [
    sql`true`,
    status === undefined ? null : sql`o.status = any(${storedStatuses(status)}::text[])`,
    kind === undefined ? null : sql`o.kind = ${kindName(engine, kind)}`,
    without === undefined ? null : sql`o.kind <> all(${without.map((name) => kindName(engine, name))}::text[])`,
    by === undefined ? null : isPerson(sql`coalesce(o.created_by_user, o.created_by_account)`, by),
    approver === undefined ? null : isPerson(sql`coalesce(o.approved_by_user, o.approved_by_account)`, approver),
    after === undefined ? null : sql`o.created_at > ${after}::timestamptz`,
    before === undefined ? null : sql`o.created_at < ${before}::timestamptz`,
    search === undefined ? null : containing(search),
  ].filter((condition) => condition !== null);
  return sql.join(conditions, sql` and `);
}

function storedStatuses(statuses: readonly string[]): string[] {
  return statuses.flatMap((status) => (status === 'pending' ? ['pending', 'validating'] : [status]));
}

/** A name that no kind has finds nothing. */
function kindName(engine: Engine, name: string): string {
  return engine.kinds.find((kind) => kind.aliases?.includes(name))?.name ?? name;
}

function isPerson(column: RawBuilder<unknown>, id: string): RawBuilder<unknown> {
  return isUuid(id.toLowerCase()) ? sql`${column} = ${id}::uuid` : sql`false`;
}

function containing(search: string): RawBuilder<unknown> {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return sql`(o.name ilike ${pattern} or o.description ilike ${pattern})`;
}
