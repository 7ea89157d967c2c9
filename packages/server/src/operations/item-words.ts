/** Codes that are stored with items, turned into words: those of the catalog, and those of rows and cells of a file. */
import { problemError, type ProblemError, type ValidationError } from '@muster/contract';
import { ROW_FAULT_TEXTS } from '../formats/csv/row-faults.ts';
import { FAULT_TEXTS } from '../formats/mapping/faults.ts';
import { asObject } from './stored.ts';

export type ItemWords = Omit<ProblemError, 'field'>;

/** What is wrong with an item, or why it is skipped. Of a row with several faults, all of them, with their fields. */
export function itemWords(code: string, detail: Readonly<Record<string, unknown>> | null): ItemWords {
  const notes = faultNotes(detail?.['faults']);
  if (notes.length === 0) {
    const { message, correction } = problemError(code, detail ?? {});
    return { code, message, correction };
  }
  const corrections = [...new Set(notes.map((note) => note.suggestion ?? ''))];
  return {
    code,
    message: notes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join(' '),
    correction: corrections.filter((text) => text !== '').join(' '),
  };
}

/** Warnings are stored as faults of a cell or as `{code, …detail}` of the catalog. */
export function warningWords(warnings: readonly Readonly<Record<string, unknown>>[] | null): ItemWords[] {
  return (warnings ?? []).map((warning) => {
    const { code, message, suggestion } = noteOf(warning);
    return { code, message, correction: suggestion ?? '' };
  });
}

/** One entry for each fault that is stored with a row. */
export function faultNotes(faults: unknown): Omit<ValidationError, 'row'>[] {
  return Array.isArray(faults) ? faults.map((fault: unknown) => noteOf(asObject(fault))) : [];
}

function noteOf(fault: Readonly<Record<string, unknown>>): Omit<ValidationError, 'row'> {
  const code = String(fault['code']);
  const field = typeof fault['field'] === 'string' ? fault['field'] : '';
  const value = fault['value'] ?? '';
  return { field, value, code, ...wordsOf(code, field, value, fault) };
}

function wordsOf(
  code: string,
  field: string,
  value: unknown,
  fault: Readonly<Record<string, unknown>>,
): { message: string; suggestion?: string } {
  const params = asObject(fault['params']);
  const ofCell = isKey(FAULT_TEXTS, code) ? FAULT_TEXTS[code] : undefined;
  const ofRow = isKey(ROW_FAULT_TEXTS, code) ? ROW_FAULT_TEXTS[code] : undefined;
  const own = typeof fault['message'] === 'string' ? fault['message'] : undefined;
  if (ofCell !== undefined && isKey(FAULT_TEXTS, code)) {
    const message = own ?? ofCell.message({ code, field, value, params });
    return ofCell.suggestion === undefined ? { message } : { message, suggestion: ofCell.suggestion };
  }
  if (ofRow !== undefined) return { message: ofRow.message(params), suggestion: ofRow.suggestion };
  const { message, correction } = problemError(code, fault);
  return { message: own ?? message, suggestion: correction };
}

function isKey<T extends object>(texts: T, code: string): code is Extract<keyof T, string> {
  return Object.hasOwn(texts, code);
}
