import { ownWidth } from '../report/report-columns.ts';
import type { FieldDefinition } from './schema.ts';

/** The field that a column most likely holds; null when no name comes close. */
export interface Suggestion {
  header: string;
  field: string | null;
  /** 0 to 1; 1 is the same name but for case and signs. */
  score: number;
}

const SCORE_MIN = 0.6;

/** Suggests a field for each column by its name; no field is suggested twice, the best pair wins. */
export function suggestMapping(header: readonly string[], fields: readonly FieldDefinition[]): Suggestion[] {
  const columns = header.slice(0, ownWidth(header));
  const pairs = columns
    .flatMap((name) => fields.map((field) => ({ name, field: field.name, score: closeness(name, field) })))
    .filter(({ score }) => score >= SCORE_MIN)
    .sort((a, b) => b.score - a.score);
  const chosen = new Map<string, Suggestion>();
  const taken = new Set<string>();
  for (const { name, field, score } of pairs) {
    if (chosen.has(name) || taken.has(field)) continue;
    chosen.set(name, { header: name, field, score });
    taken.add(field);
  }
  return columns.map((name) => chosen.get(name) ?? { header: name, field: null, score: 0 });
}

function closeness(header: string, field: FieldDefinition): number {
  const names = [field.name, field.title, ...(field.aliases ?? [])];
  return Math.max(...names.map((name) => similarity(bare(header), bare(name))));
}

function bare(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Share of neighbouring letter pairs that two names have in common. */
function similarity(a: string, b: string): number {
  if (a === b) return a === '' ? 0 : 1;
  const pairsOfB = letterPairs(b);
  const pairsOfA = letterPairs(a);
  const total = pairsOfA.length + pairsOfB.length;
  const common = pairsOfA.filter((pair) => {
    const at = pairsOfB.indexOf(pair);
    if (at !== -1) pairsOfB.splice(at, 1);
    return at !== -1;
  });
  return total === 0 ? 0 : (2 * common.length) / total;
}

function letterPairs(name: string): string[] {
  return Array.from({ length: Math.max(0, name.length - 1) }, (_, i) => name.slice(i, i + 2));
}
