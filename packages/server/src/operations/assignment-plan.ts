/** What a plan of assignments, or of their undo, comes to. */
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../db/database.ts';

export interface ContentSummary {
  readonly content_id: string | null;
  readonly content: string;
  readonly students: number;
  readonly to_create: number;
  readonly to_modify: number;
  readonly to_skip: number;
  readonly blocked: number;
}

export interface PlannedRelease {
  readonly release: number;
  readonly start_at: string | null;
  readonly students: number;
}

/** How many assignments a plan makes and changes. */
export async function countAssignments(
  tx: OrgTransaction,
  operationId: string,
): Promise<{ created: number; modified: number }> {
  return one(
    tx,
    sql<{ created: number; modified: number }>`
    select count(*) filter (where action = 'insert') as created, count(*) filter (where action = 'update') as modified
    from changes where org_id = ${tx.orgId} and operation_id = ${operationId} and entity = 'assignment'`,
  );
}

/** What a plan does with each content, in the order in which they were given. */
export async function summarizeContents(tx: OrgTransaction, operationId: string): Promise<ContentSummary[]> {
  return rows(
    tx,
    sql<ContentSummary>`
    select coalesce(i.input -> 'identity' ->> 'sequence_id', i.detail ->> 'content') as content_id,
      coalesce(min(i.detail ->> 'title'), min(i.label) filter (where i.subject_id is null), '') as content, count(distinct i.subject_id) as students,
      count(*) filter (where action = 'create') as to_create, count(*) filter (where action = 'merge') as to_modify,
      count(*) filter (where action = 'skip') as to_skip, count(*) filter (where action = 'error') as blocked
    from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and (i.input -> 'identity' is not null or i.detail ? 'content')
    group by 1 order by min(i.item_no)`,
  );
}

/** The groups of a staggered release, before it has run. */
export async function plannedReleases(tx: OrgTransaction, operationId: string): Promise<PlannedRelease[]> {
  return rows(
    tx,
    sql<PlannedRelease>`
    select (i.input ->> 'release')::int as release, min(i.input -> 'values' ->> 'start_at') as start_at, count(distinct i.subject_id) as students
    from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and i.input ->> 'release' is not null and i.action not in ('skip', 'error')
    group by 1 order by 1`,
  );
}

export interface UndoCounts {
  /** Assignments that are taken back. */
  readonly withdrawn: number;
  /** Of these with begun work. */
  readonly archived: number;
  /** Assignments that get their earlier values back. */
  readonly restored: number;
  readonly kept: number;
  readonly students: number;
}

export async function countUndo(tx: OrgTransaction, operationId: string): Promise<UndoCounts> {
  return one(
    tx,
    sql<UndoCounts>`
    select count(*) filter (where action = 'remove') as withdrawn,
      count(*) filter (where detail ->> 'retire' = 'true') as archived,
      count(*) filter (where action in ('update', 'create')) as restored,
      count(*) filter (where action in ('skip', 'error')) as kept,
      count(distinct subject_id) filter (where action not in ('skip', 'error')) as students
    from operation_items where org_id = ${tx.orgId} and operation_id = ${operationId}`,
  );
}
