import { writeAudit, type Asked } from '../../../engine/index.ts';

const ROWS_NOTED_MIN = 101;

/** Writes down who read a list of more than a hundred students, and what for. */
export async function noteAccess(
  { tx, actor }: Asked,
  access: { purpose: 'roster' | 'count' | 'items'; rows: number; operationId: string | null },
): Promise<void> {
  const { purpose, rows, operationId } = access;
  if (rows < ROWS_NOTED_MIN) return;
  await writeAudit(tx, { action: 'access', operationId, actor, detail: { purpose, rows } });
}
