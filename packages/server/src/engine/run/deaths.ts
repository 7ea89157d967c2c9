/**
 * What is done about an item that brings down the program that works on it.
 *
 * 1. Whoever takes over the job of a dead worker counts the death. It says nothing by itself: machines are switched off.
 * 2. After the third death at the same item the items of that chunk are taken one by one, each in its own transaction.
 * 3. The one at which the next worker dies is the culprit. It fails, and the others go on.
 */
import type { ProblemCode } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, one, type OrgTransaction } from '../../db/database.ts';
import { getKind, type Engine } from '../engine.ts';
import { eventPrefix } from '../kind.ts';
import { makerOf, tryLockOperation, update, type Operation } from '../operation.ts';
import { writeEvent } from '../record.ts';
import { nextItems } from './range.ts';

const DEATHS_MAX = 3;
const CULPRIT: ProblemCode = 'worker_lost';

/** A worker died that had this operation in hand. Not counted where its last transaction has not even ended yet. */
export async function noteDeath(engine: Engine, orgId: string, operationId: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await tryLockOperation(tx, operationId);
    if (operation === null || !isAtWork(operation)) return;
    if (takesItemsAlone(operation)) return failCulprit(tx, engine, operation);
    const isSame = operation.died_at_item === operation.next_item_no;
    const deaths = isSame ? operation.deaths + 1 : 1;
    await update(tx, operation, {
      deaths,
      died_at_item: operation.next_item_no,
      alone_to_item: deaths < DEATHS_MAX ? null : await lastOfChunk(tx, operation),
    });
  });
}

/** Its first chunk moves an operation from the queue, and that is forgotten with the chunk. */
function isAtWork({ status, admitted_at: admittedAt }: Operation): boolean {
  return status === 'processing' || (status === 'queued' && admittedAt !== null);
}

/** Whether the next item is one of those among which a culprit is looked for. */
export function takesItemsAlone({ alone_to_item: last, next_item_no: next }: Operation): boolean {
  return last !== null && next <= last;
}

async function lastOfChunk(tx: OrgTransaction, operation: Operation): Promise<number | null> {
  return (await nextItems(tx, operation, operation.chunk_items))?.last ?? null;
}

async function failCulprit(tx: OrgTransaction, engine: Engine, operation: Operation): Promise<void> {
  const next = await nextItems(tx, operation, 1);
  if (next === null) return;
  const culprit = await one(
    tx,
    sql<{ item_no: number; subject_id: string | null }>`
    update operation_items set status = 'failed', code = ${CULPRIT}, processed_at = statement_timestamp()
    where org_id = ${tx.orgId} and operation_id = ${operation.id} and item_no = ${next.first}
    returning item_no, subject_id`,
  );
  await update(tx, operation, {
    next_item_no: culprit.item_no + 1,
    deaths: 0,
    died_at_item: null,
    failed_items: operation.failed_items + 1,
    processed_items: operation.processed_items + 1,
  });
  await writeEvent(tx, {
    name: `${eventPrefix(getKind(engine, operation.kind))}.processing.error`,
    operationId: operation.id,
    actorId: makerOf(operation),
    payload: { ...culprit, code: CULPRIT },
  });
}
