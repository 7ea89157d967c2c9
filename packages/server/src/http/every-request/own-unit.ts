import { Problem } from '@muster/contract';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { unitsOf } from '../../school/people/scope.ts';
import type { Actor } from '../../tenancy/actor.ts';

/** A teacher_admin writes only what belongs to their own units. @throws Problem `unit_out_of_scope`. */
export async function assertOwnUnit(tx: OrgTransaction, actor: Actor, unitId: unknown): Promise<void> {
  if (actor.role !== 'teacher_admin') return;
  const own = await rows(tx, unitsOf(actor));
  if (own.some((unit) => unit.id === unitId)) return;
  throw new Problem('unit_out_of_scope', { field: 'unit_id', value: typeof unitId === 'string' ? unitId : 'none' });
}
