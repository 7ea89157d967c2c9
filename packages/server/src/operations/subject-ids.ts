import { sql } from 'kysely';
import { rows } from '../db/database.ts';
import type { Asked } from '../engine/index.ts';
import { seen } from '../engine/report.ts';

/** Whom the items of an operation are about that whoever asks may see, each once. */
export async function subjectIds(asked: Asked, operationId: string): Promise<string[]> {
  const { tx } = asked;
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select distinct i.subject_id as id from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and i.subject_id is not null
      and ${await seen(asked, operationId)}
    order by 1`,
  );
  return found.map((row) => row.id);
}
