/** What is wrong with the rows of a file, from a plan that was made for real and is not kept. */
import { type ImportPreview, type ReadingNote, type ValidationError, type ValidationResult } from '@muster/contract';
import { type Asked, getKind, type Operation, planCounts } from '../../engine/index.ts';
import { listItems, type ItemView } from '../../engine/report.ts';
import { faultNotes, itemWords } from '../../operations/item-words.ts';
import { planSentence } from '../../operations/sentences.ts';
import { viewReading } from './reading-view.ts';
import { firstStagedRows } from '../../operations/staged-rows.ts';

const NOTED_ROWS_MAX = 1_000;
const PREVIEW_ROWS = 20;

/** @param planned - An import with its plan. */
export async function viewValidation(asked: Asked, planned: Operation): Promise<ValidationResult> {
  const { items: total, actions } = planCounts(planned);
  const invalid = actions['error'] ?? 0;
  const reading = viewReading(planned);
  if (reading === null) throw new Error('An import has read a file.');
  const broken = await listItems(asked, planned.id, { action: 'error', limit: NOTED_ROWS_MAX });
  const warned = await listItems(asked, planned.id, { warned: true, limit: NOTED_ROWS_MAX });
  return {
    is_valid: invalid === 0,
    total_rows: total,
    valid_rows: total - invalid,
    invalid_rows: invalid,
    errors: inRowOrder(broken).flatMap(errorNotes),
    warnings: [...reading.notes.flatMap(fileNotes), ...inRowOrder(warned).flatMap(warningNotes)],
    preview_data: await firstStagedRows(asked.tx, planned.id, PREVIEW_ROWS),
    reading,
  };
}

export async function viewImportPreview(asked: Asked, planned: Operation): Promise<ImportPreview> {
  const { actions } = planCounts(planned);
  const items = await listItems(asked, planned.id, { limit: NOTED_ROWS_MAX });
  return {
    ...(await viewValidation(asked, planned)),
    summary: planSentence(actions, getKind(asked.engine, planned.kind)),
    counts: { ...actions },
    rows: inRowOrder(items).map(({ item_no, row_no, label, action, code, detail }) => ({
      row: row_no ?? item_no,
      label,
      action,
      code,
      message: code === null ? '' : itemWords(code, detail).message,
    })),
  };
}

function inRowOrder(items: readonly ItemView[]): ItemView[] {
  return items.toSorted((a, b) => rowOf(a) - rowOf(b));
}

function rowOf({ row_no, item_no }: ItemView): number {
  return row_no ?? item_no;
}

/** One entry for each fault of a row; what the plan found is one fault of the whole row. */
function errorNotes(item: ItemView): ValidationError[] {
  const notes = faultNotes(item.detail?.['faults']);
  if (notes.length > 0) return notes.map((note) => ({ row: rowOf(item), ...note }));
  const { code, message, correction } = itemWords(item.code ?? '', item.detail);
  const { field, value = '' } = item.detail ?? {};
  const name = typeof field === 'string' ? field : '';
  return [{ row: rowOf(item), field: name, value, code, message, suggestion: correction }];
}

function warningNotes(item: ItemView): ValidationError[] {
  return faultNotes(item.warnings).map((note) => ({ row: rowOf(item), ...note }));
}

/** What is to be said of the file as a whole, or of a column. */
function fileNotes({ code, columns, message, correction }: ReadingNote): ValidationError[] {
  const fields = columns.length === 0 ? [''] : columns;
  return fields.map((field) => ({ row: 0, field, value: '', code, message, suggestion: correction }));
}
