/** Items and their changes as this API shows them: codes in words, rows field by field. */
import { ITEM_STATUSES, type ItemChange, type OperationItem, type PlannedItem } from '@muster/contract';
import type { OrgTransaction } from '../../db/database.ts';
import { fileInput, type Operation } from '../../engine/index.ts';
import { listChanges, type ChangeView, type ItemView } from '../../engine/report.ts';
import { itemWords, warningWords } from '../../operations/item-words.ts';
import { asObject } from '../../operations/stored.ts';

/** Items with what they did; nothing is said of changes that do not hold. */
export async function viewItems(
  tx: OrgTransaction,
  operation: Operation,
  items: readonly ItemView[],
): Promise<OperationItem[]> {
  const done = items.filter((item) => item.status === 'success');
  const changes = await changesByItem(tx, operation.id, done);
  return items.map((item) => {
    const own = changes.get(item.item_no);
    return { ...viewItem(operation, item), result_data: own === undefined ? {} : { changes: own } };
  });
}

/** Items with what they would do. */
export async function viewPlannedItems(
  tx: OrgTransaction,
  operation: Operation,
  items: readonly ItemView[],
): Promise<PlannedItem[]> {
  const changes = await changesByItem(tx, operation.id, items);
  return items.map((item) => ({ ...viewItem(operation, item), changes: changes.get(item.item_no) ?? [] }));
}

function viewItem(operation: Operation, item: ItemView): Omit<OperationItem, 'result_data'> {
  const words = item.code === null ? null : itemWords(item.code, item.detail);
  return {
    id: String(item.item_no),
    item_index: item.row_no ?? item.item_no,
    item_data: inputOf(operation, item.input),
    key: item.key,
    subject_id: item.subject_id,
    label: item.label,
    action: item.action,
    status: ITEM_STATUSES.find((status) => status === item.status) ?? 'pending',
    code: item.code,
    error_message: words?.message ?? '',
    correction: words?.correction ?? '',
    warnings: warningWords(item.warnings),
    processed_at: item.processed_at === null ? null : item.processed_at.toISOString(),
  };
}

/** The cells of a row get the names of their columns. */
function inputOf(operation: Operation, input: unknown): Record<string, unknown> {
  if (!Array.isArray(input)) return asObject(input);
  const { header } = fileInput(operation);
  return Object.fromEntries(input.map((cell: unknown, at) => [header[at] ?? `column_${String(at + 1)}`, cell]));
}

async function changesByItem(
  tx: OrgTransaction,
  operationId: string,
  items: readonly ItemView[],
): Promise<Map<number, ItemChange[]>> {
  const changes = await listChanges(
    tx,
    operationId,
    items.map((item) => item.item_no),
  );
  const byItem = new Map<number, ItemChange[]>();
  for (const change of changes) {
    const own = byItem.get(change.item_no) ?? [];
    own.push(viewChange(change));
    byItem.set(change.item_no, own);
  }
  return byItem;
}

function viewChange({ entity, entity_id, action, before, after }: ChangeView): ItemChange {
  const names = Object.keys({ ...before, ...after });
  const fields = names.map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }));
  const isSaid = ({ before: was, after: now }: { before: unknown; after: unknown }): boolean =>
    was !== null || now !== null;
  return { entity, entity_id, action, fields: fields.filter(isSaid) };
}
