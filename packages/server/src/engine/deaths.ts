/**
 * What is done about an item that brings down the program that works on it.
 *
 * 1. Whoever takes over the job of a dead worker counts the death. It says nothing by itself: machines are switched off.
 * 2. After the third death at the same item the items of that chunk are taken one by one, each in its own transaction.
 * 3. The one at which the next worker dies is the culprit. It fails, and the others go on.
 */
import type { ProblemCode } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, one, rows, type OrgTransaction } from '../db/database.ts';
import { eventPrefix, type Engine } from './engine.ts';
import { makerOf, tryLockOperation, update, type Operation } from './lifecycle.ts';
import { writeEvent } from './record.ts';

const DEATHS_MAX = 3;
const CULPRIT: ProblemCode = 'worker_lost';

/** A worker died that had this operation in hand. Not counted where its last transaction has not even ended yet. */
export async function noteDeath(engine: Engine, orgId: string, operationId: string): Promise<void> {
  await inOrg(engine.database, orgId, async (tx) => {
    const operation = await tryLockOperation(tx, operationId);
    if (operation?.status !== 'processing') return;
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

/** Whether the next item is one of those among which a culprit is looked for. */
export function takesItemsAlone({ alone_to_item: last, next_item_no: next }: Operation): boolean {
  return last !== null && next <= last;
}

async function lastOfChunk(tx: OrgTransaction, operation: Operation): Promise<number | null> {
  const { last } = await one(
    tx,
    sql<{ last: number | null }>`
    select max(item_no) as last from (
      select item_no from operation_items
      where org_id = ${tx.orgId} and operation_id = ${operation.id} and item_no >= ${operation.next_item_no} and status = 'pending'
      order by item_no limit ${operation.chunk_items}) item`,
  );
  return last;
}

async function failCulprit(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
): Promise<void> {
  const [culprit] = await rows(
    tx,
    sql<{ item_no: number; subject_id: string | null }>`
    update operation_items set status = 'failed', code = ${CULPRIT}, processed_at = statement_timestamp()
    where org_id = ${tx.orgId} and operation_id = ${operation.id} and item_no = (
      select min(item_no) from operation_items
      where org_id = ${tx.orgId} and operation_id = ${operation.id} and item_no >= ${operation.next_item_no} and status = 'pending')
    returning item_no, subject_id`,
  );
  if (culprit === undefined) return;
  await update(tx, operation, {
    next_item_no: culprit.item_no + 1, deaths: 0, died_at_item: null,
    failed_items: operation.failed_items + 1, processed_items: operation.processed_items + 1,
  }); // prettier-ignore
  await writeEvent(tx, {
    name: `${eventPrefix(engine, operation)}.processing.error`,
    operationId: operation.id,
    actorId: makerOf(operation),
    payload: { ...culprit, code: CULPRIT },
  });
}
