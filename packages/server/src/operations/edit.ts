/** Writing single records: each write is an operation of its own, planned, applied and undoable. */
import { Problem, problemError } from '@muster/contract';
import { type Asker, type ItemResult, runNow } from '../engine/index.ts';
import type { Row } from '../school/records/rows.ts';

export interface Edit {
  readonly action: 'create' | 'update' | 'delete';
  readonly id?: string | undefined;
  readonly values?: Row;
}

/** @throws Problem of the first edit that failed; those before it are done. */
export async function edit(by: Asker, entity: string, edits: readonly Edit[]): Promise<readonly ItemResult[]> {
  if (edits.length === 0) return [];
  const { items } = await runNow(by, {
    kind: 'edit_record',
    name: nameOf(entity, edits),
    params: { entity, edits: edits.map((one) => ({ ...one, label: calledIn(one.values) })) },
  });
  const failed = items.find((item) => item.status === 'failed');
  if (failed !== undefined) throw failureOf(failed);
  return items;
}

/** @returns the id of the record. */
export async function createRecord(by: Asker, entity: string, values: Row): Promise<string> {
  const [item] = await edit(by, entity, [{ action: 'create', values }]);
  const [id] = item?.entity_ids ?? [];
  if (id === undefined) throw new Error(`Creating a ${entity} gave no id.`);
  return id;
}

const VERBS = { create: 'Create', update: 'Change', delete: 'Delete' } as const;

/** "Create game: Fractions": what a list of operations shows. */
function nameOf(entity: string, edits: readonly Edit[]): string {
  const [first] = edits;
  const what = `${VERBS[first?.action ?? 'update']} ${entity.replaceAll('_', ' ')}`;
  const called = calledIn(first?.values);
  return called === '' ? what : `${what}: ${called}`.slice(0, 200);
}

/** What a person calls the record, where its new values say so. */
function calledIn(values: Row = {}): string {
  const called = values['display_name'] ?? values['title'] ?? values['name'];
  return typeof called === 'string' ? called.slice(0, 200) : '';
}

function failureOf(item: ItemResult): Problem {
  const error = problemError(item.code ?? 'apply_failed', item.detail ?? {});
  return new Problem('conflict', { ...item.detail, message: error.message, correction: error.correction }, [error]);
}
