/** A single edit is an operation too: planned, confirmed and applied within the request, audited and undoable. */
import { isProblemCode, Problem } from '@muster/contract';
import { inOrg } from '../db/database.ts';
import type { Actor } from '../tenancy/actor.ts';
import { applyInRequest } from './apply.ts';
import { confirmPlanned } from './confirm.ts';
import { createIn, type NewOperation } from './create.ts';
import type { Engine } from './engine.ts';
import type { Operation } from './lifecycle.ts';
import { planIn } from './plan.ts';
import { listChanges, listItems } from './report.ts';

export interface ItemResult {
  readonly item_no: number;
  readonly status: string;
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  /** The rows this item wrote, created or changed. */
  readonly entity_ids: readonly string[];
}

const ITEMS_MAX = 1_000;

/** @throws Problem of the item when there is only one and it failed; whatever planning and confirming refuse. */
export async function runNow(
  engine: Engine,
  actor: Actor,
  wanted: NewOperation,
): Promise<{ operation: Operation; items: ItemResult[] }> {
  const confirmed = await inOrg(engine.database, actor.orgId, async (tx) => {
    const draft = await createIn(tx, engine, actor, wanted);
    const planned = await planIn(tx, engine, draft, actor);
    return confirmPlanned(tx, engine, actor, planned, {});
  });
  const isLeft = confirmed.phase !== 'done' && confirmed.admitted_at !== null;
  const operation = isLeft ? await applyInRequest(engine, confirmed) : confirmed;
  const items = await inOrg(engine.database, actor.orgId, async (tx) => {
    const listed = await listItems(tx, confirmed.id, { limit: ITEMS_MAX });
    const changes = await listChanges(
      tx,
      confirmed.id,
      listed.map((item) => item.item_no),
    );
    return listed.map((item) => ({
      item_no: item.item_no, status: item.status, code: item.code, detail: item.detail,
      entity_ids: changes.filter((change) => change.item_no === item.item_no).map((change) => change.entity_id),
    })); // prettier-ignore
  });
  const [only] = items;
  if (items.length === 1 && only?.status === 'failed' && only.code !== null) {
    throw isProblemCode(only.code)
      ? new Problem(only.code, only.detail ?? {})
      : new Error(only.code);
  }
  return { operation, items };
}
