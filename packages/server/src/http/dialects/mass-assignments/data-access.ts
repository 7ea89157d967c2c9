import type { OrgTransaction } from '../../../db/database.ts';
import { writeAudit } from '../../../engine/index.ts';
import type { Actor } from '../../../tenancy/actor.ts';

const ROWS_NOTED_MIN = 101;

/** Writes down who read a list of more than a hundred students, and what for. */
export async function noteAccess(
  tx: OrgTransaction,
  actor: Actor,
  access: { purpose: 'roster' | 'count' | 'items'; rows: number; operationId: string | null },
): Promise<void> {
  const { purpose, rows, operationId } = access;
  if (rows < ROWS_NOTED_MIN) return;
  await writeAudit(tx, { action: 'access', operationId, actor, detail: { purpose, rows } });
}
