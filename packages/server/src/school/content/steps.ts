/** The steps of sequences, in all their versions. */
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';

export interface Step {
  readonly sequence_id: string;
  readonly sequence_version: number;
  readonly step_no: number;
  readonly title: string;
  readonly game_id: string | null;
}

export async function listSteps(tx: OrgTransaction, sequenceIds: readonly unknown[]): Promise<Step[]> {
  return rows(
    tx,
    sql<Step>`
    select sequence_id, sequence_version, step_no, title, game_id from sequence_steps
    where org_id = ${tx.orgId} and sequence_id = any(${sequenceIds}::uuid[]) order by sequence_id, step_no`,
  );
}

/** The number under which new steps of a sequence stand beside the old ones. */
export async function nextVersion(tx: OrgTransaction, sequenceId: string): Promise<number> {
  const { next } = await one(
    tx,
    sql<{ next: number }>`
    select coalesce(max(sequence_version), 0) + 1 as next from sequence_steps
    where org_id = ${tx.orgId} and sequence_id = ${sequenceId}`,
  );
  return next;
}
