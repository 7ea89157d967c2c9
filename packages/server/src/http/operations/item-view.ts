/** Items and their changes as this API shows them: codes in words, rows field by field. */
import { ITEM_STATUSES, type ItemChange, type OperationItem, type PlannedItem } from '@muster/contract';
import type { OrgTransaction } from '../../db/database.ts';
import { type Asked, fileInput, getKind, touchedEntities, type Operation } from '../../engine/index.ts';
import { listChanges, listTakenBack, type ChangeView, type ItemView, type TakenBack } from '../../engine/report.ts';
import { itemWords, warningWords } from '../../operations/item-words.ts';
import { asObject } from '../../operations/stored.ts';

/** Items with what they did; nothing is said of changes that do not hold. */
export async function viewItems(
  asked: Asked,
  operation: Operation,
  items: readonly ItemView[],
): Promise<OperationItem[]> {
  const done = items.filter((item) => item.status === 'success');
  const changes = await changesByItem(asked, operation.id, done);
  const takenBack = await takenBackByItem(asked.tx, operation, items);
  const { records = [] } = getKind(asked.engine, operation.kind);
  const names = touchedEntities(asked.engine.entities, operation).map((entity) => entity.name);
  return items.map((item) => {
    const own = changes.get(item.item_no);
    const back = stateOf(takenBack.get(item.item_no));
    return {
      ...viewItem(operation, item),
      ...back,
      result_data: own === undefined ? {} : resultOf(own, names, records),
    };
  });
}

/** Those that an undo took back; an operation that was never undone is not asked. */
export async function takenBackByItem(
  tx: OrgTransaction,
  operation: Operation,
  items: readonly ItemView[],
): Promise<Map<number, TakenBack>> {
  if (operation.rollback_status === 'none') return new Map();
  const done = items.flatMap((item) => (item.status === 'success' ? [item.item_no] : []));
  const found = await listTakenBack(tx, operation.id, done);
  return new Map(found.map((one) => [one.item_no, one]));
}

function stateOf(back: TakenBack | undefined): Pick<OperationItem, 'state' | 'taken_back_by'> | undefined {
  if (back === undefined) return undefined;
  return { state: back.is_whole ? 'taken_back' : 'partly_taken_back', taken_back_by: back.by };
}

/** @param names - Of the entities that the operation touches, parents first. @param records - {@link Kind.records}. */
function resultOf(
  changes: ItemChange[],
  names: readonly string[],
  records: readonly string[],
): OperationItem['result_data'] {
  const about = records.find((name) => changes.some((change) => change.entity === name && change.action !== 'delete'));
  const inOrder = (about === undefined ? names : [about]).flatMap((name) =>
    changes.filter((change) => change.entity === name),
  );
  const found = (['insert', 'update'] as const).flatMap((action) => inOrder.find((one) => one.action === action) ?? []);
  const [record] = found;
  return record === undefined ? { changes } : { record: { entity: record.entity, id: record.entity_id }, changes };
}

/** Items with what they would do. */
export async function viewPlannedItems(
  asked: Asked,
  operation: Operation,
  items: readonly ItemView[],
): Promise<PlannedItem[]> {
  const changes = await changesByItem(asked, operation.id, items);
  return items.map((item) => ({ ...viewItem(operation, item), changes: changes.get(item.item_no) ?? [] }));
}

function viewItem(operation: Operation, item: ItemView): Omit<OperationItem, 'result_data'> {
  const words = item.code === null ? null : itemWords(item.code, item.detail);
  const status = ITEM_STATUSES.find((one) => one === item.status) ?? 'pending';
  return {
    id: String(item.item_no),
    item_index: item.row_no ?? item.item_no,
    item_data: inputOf(operation, item.input),
    key: item.key,
    subject_id: item.subject_id,
    label: item.label,
    action: item.action,
    status,
    state: status,
    taken_back_by: null,
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
  asked: Asked,
  operationId: string,
  items: readonly ItemView[],
): Promise<Map<number, ItemChange[]>> {
  const changes = await listChanges(
    asked,
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
