/** Items that assign something, with what people know a student by; one query serves preview, list and reports. */
import { sql, type RawBuilder } from 'kysely';
import { rows } from '../db/database.ts';
import type { Asked } from '../engine/index.ts';
import { HAS_FAILED, seen } from '../engine/report.ts';

export interface AssignedItem {
  readonly item_no: number;
  readonly student_id: string | null;
  readonly student_name: string | null;
  /** Names of the classrooms, joined by `; `. */
  readonly class: string | null;
  readonly grade_level: string | null;
  readonly content_id: string | null;
  readonly content: string | null;
  readonly policy: string | null;
  /** The assignment that stood in the way, where there is one. */
  readonly existing_id: string | null;
  readonly release: number | null;
  readonly action: string;
  readonly status: string;
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly warnings: readonly Readonly<Record<string, unknown>>[] | null;
  /** The assignment that is created or merged into, and what it would hold or be changed to. */
  readonly assignment_id: string | null;
  readonly assignment: Readonly<Record<string, unknown>> | null;
  readonly processed_at: Date | null;
}

export interface AssignedItemQuery {
  readonly itemNo?: number | undefined;
  readonly status?: string | undefined;
  /** Any of these. */
  readonly actions?: readonly string[] | undefined;
  /** Only those of which there is something to say: errors, codes, warnings, what the student had before. */
  readonly isTelling?: boolean | undefined;
}

export interface ItemPage {
  readonly limit: number;
  readonly offset?: number;
  /** Only items after this number. */
  readonly after?: number;
}

export async function listAssignedItems(
  asked: Asked,
  operationId: string,
  query: AssignedItemQuery,
  page: ItemPage,
): Promise<AssignedItem[]> {
  const { tx, engine, actor } = asked;
  const scope = engine.authority.scopeOf(actor);
  // Of people whom the caller may not see, or whose data is restricted, nothing is read.
  const isOpen = sql`i.code is distinct from 'student_out_of_scope' and i.code is distinct from 'student_not_accessible'
    and ${scope === null ? sql`true` : sql`u.id in (${scope})`}`;
  return rows(
    tx,
    sql<AssignedItem>`
    with page as materialized (
      select i.* from operation_items i
      where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and ${matching(query)}
        and ${await seen(asked, operationId)} and i.item_no > ${page.after ?? -1}
      order by i.item_no limit ${page.limit} offset ${page.offset ?? 0})
    select i.item_no, i.subject_id as student_id, case when i.subject_id is not null then i.label end as student_name,
      room.names as class, u.grade_level, coalesce(i.input -> 'identity' ->> 'sequence_id', i.detail ->> 'content') as content_id,
      coalesce(i.detail ->> 'title', case when i.subject_id is null then i.label end) as content,
      i.input ->> 'policy' as policy, i.detail ->> 'assignment_id' as existing_id, (i.input ->> 'release')::int as release,
      i.action, i.status, i.code, i.detail, i.warnings, c.entity_id as assignment_id, c.after as assignment, i.processed_at
    from page i
    left join users u on u.org_id = ${tx.orgId} and u.id = i.subject_id and ${isOpen}
    left join lateral (
      select string_agg(cl.name, '; ' order by cl.name) as names from classroom_students cs
      join classrooms cl on cl.org_id = ${tx.orgId} and cl.id = cs.classroom_id
      where cs.org_id = ${tx.orgId} and cs.student_id = u.id) room on true
    left join changes c on c.org_id = ${tx.orgId} and c.operation_id = ${operationId} and c.item_no = i.item_no
      and c.entity = 'assignment' and (c.action = 'insert' or i.action = 'merge')
    order by i.item_no`,
  );
}

/** A condition on items `i`. */
function matching({ itemNo, status, actions, isTelling }: AssignedItemQuery): RawBuilder<unknown> {
  const conditions = [
    sql`true`,
    itemNo === undefined ? null : sql`i.item_no = ${itemNo}`,
    status === undefined ? null : status === 'failed' ? HAS_FAILED : sql`i.status = ${status}`,
    actions === undefined ? null : sql`i.action = any(${[...actions]}::text[])`,
    isTelling === true
      ? sql`(i.action = 'error' or i.code is not null or i.warnings is not null or i.detail ? 'had_before')`
      : null,
  ].filter((condition) => condition !== null);
  return sql.join(conditions, sql` and `);
}
