import type { OrgTransaction } from '../../db/database.ts';
import { type Asker, type Operation, problemOf, runAndRead } from '../../engine/index.ts';
import { listItems, type ItemView } from '../../engine/report.ts';

export interface Wanted {
  readonly kind: string;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Runs a kind on one classroom, batch or course. What is refused leaves nothing behind.
 * @param answer - Reads what came of it, in the same transaction.
 * @throws Problem of the item that failed.
 */
export async function runOne<T>(
  by: Asker,
  wanted: Wanted,
  answer: (tx: OrgTransaction, item: ItemView, operation: Operation) => Promise<T>,
): Promise<T> {
  const made = { ...wanted, source: 'classrooms' };
  return runAndRead(by, made, async (asked, operation) => {
    const items = await listItems(asked, operation.id, { limit: 10 });
    const failed = items.find((item) => item.status === 'failed');
    if (failed !== undefined) throw problemOf(failed);
    const item = items.find(({ item_no: itemNo }) => itemNo === 1);
    if (item === undefined) throw new Error(`${wanted.kind} planned no item.`);
    return answer(asked.tx, item, operation);
  });
}
