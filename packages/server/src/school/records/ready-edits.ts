import {
  cleanIdentifier,
  cleanProse,
  cleanText,
  CONTROL_WORDS,
  isRefusedText,
  invalid,
  problemError,
} from '@muster/contract';
import type { Entity } from '../../db/entity.ts';
import type { RecordEdit } from '../edit-rights.ts';

/** Columns of several lines; all others hold one. */
const PROSE = ['syllabus', 'notes', 'main_points', 'measure', 'value', 'end_reason', 'status_reason'];

/** Columns by which somebody is known. */
const IDENTIFIERS = ['email', 'username', 'external_id'];

/**
 * Edits as they are planned: their texts as files bring them, and a batch that is made as upcoming, because nobody teaches
 * it yet.
 * @throws Problem `validation_failed`, naming each text with characters that no text should have.
 */
export function readyEdits<Edit extends RecordEdit>(entity: Entity, edits: readonly Edit[]): Edit[] {
  const faults = new Set<string>();
  const ready = edits.map((edit) => ({ ...edit, values: readyValues(entity, edit, faults) }));
  if (faults.size === 0) return ready;
  throw invalid([...faults].map((field) => problemError('invalid_value', { field, reason: CONTROL_WORDS })));
}

function readyValues(entity: Entity, { action, values }: RecordEdit, faults: Set<string>): Record<string, unknown> {
  const pairs = Object.entries(values).map(([name, value]): [string, unknown] => {
    if (entity.columns[name] !== 'text' || typeof value !== 'string') return [name, value];
    const clean = PROSE.includes(name) ? cleanProse : IDENTIFIERS.includes(name) ? cleanIdentifier : cleanText;
    const cleaned = clean(value);
    if (isRefusedText(cleaned)) faults.add(name);
    return [name, cleaned.text];
  });
  const isUntaught = entity.name === 'batch' && action === 'create' && values['status'] === 'active';
  return { ...Object.fromEntries(pairs), ...(isUntaught ? { status: 'upcoming' } : {}) };
}
