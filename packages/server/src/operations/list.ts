import type { operationFilters } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { isUuid, one, rows } from '../db/database.ts';
import { type Asked, type Engine, type Operation, visibleOperations } from '../engine/index.ts';

type Filters = z.output<typeof operationFilters>;

interface Page {
  readonly operations: Operation[];
  readonly total: number;
}

/** One page of the operations that the actor may see, newest first, and how many there are in all. */
export async function listOperations(asked: Asked, filters: Filters): Promise<Page> {
  return listMatching(asked, matching(asked.engine, filters), filters.page, filters.page_size, WITHOUT_INPUT);
}

/** Columns that stand for those of the same name: what was given is left where it is, unless it is short. */
const WITHOUT_INPUT = sql`o.*, '{}'::jsonb as input, '{}'::jsonb as mapping,
  case when octet_length(o.params::text) <= 10000 then o.params else '{}' end as params`;

export interface HistoryWanted {
  readonly kinds: readonly string[];
  readonly statuses?: readonly string[] | undefined;
  /** A day or a moment; made at or after it. */
  readonly from?: string | undefined;
  /** Made before it; a day counts to its end. */
  readonly to?: string | undefined;
  readonly by?: string | undefined;
  readonly page: number;
  readonly size: number;
}

/** The same for some kinds, by the time in which they were made. */
export async function listHistory(asked: Asked, wanted: HistoryWanted): Promise<Page> {
  const { kinds, statuses, from, to, by, page, size } = wanted;
  const until = (text: string) => (text.includes('T') ? sql`${text}::timestamptz` : sql`${text}::date + 1`);
  const conditions = [
    sql`o.kind = any(${[...kinds]}::text[])`,
    statuses === undefined ? null : sql`o.status = any(${[...statuses]}::text[])`,
    from === undefined ? null : sql`o.created_at >= ${from}::timestamptz`,
    to === undefined ? null : sql`o.created_at < ${until(to)}`,
    by === undefined ? null : isPerson(sql`coalesce(o.created_by_user, o.created_by_account)`, by),
  ].filter((condition) => condition !== null);
  return listMatching(asked, sql.join(conditions, sql` and `), page, size);
}

async function listMatching(
  { tx, engine, actor }: Asked,
  matches: RawBuilder<unknown>,
  page: number,
  size: number,
  columns: RawBuilder<unknown> = sql`o.*`,
): Promise<Page> {
  const condition = sql`o.org_id = ${tx.orgId} and ${visibleOperations(engine, actor)} and ${matches}`;
  const { total } = await one(
    tx,
    sql<{ total: number }>`select count(*) as total from operations o where ${condition}`,
  );
  const operations = await rows(
    tx,
    sql<Operation>`
    select ${columns} from operations o where ${condition}
    order by o.created_at desc, o.id desc limit ${size} offset ${(page - 1) * size}`,
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
    // Times are told in milliseconds, and what was made at the time that was told is not after it.
    after === undefined
      ? null
      : sql`o.created_at >= date_trunc('milliseconds', ${after}::timestamptz) + interval '1 millisecond'`,
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
