import { bare } from './bare.ts';
import type { FieldDefinition } from './schema.ts';

/** Share of letter pairs in common from which two names are alike. */
const SHARE_MIN = 0.75;
/** Longer names are sentences, and are not compared. */
const CHARS_MAX = 40;

/** The field to whose name a column's comes near; null where none does, and for names that say who or what a row means. */
export function likeness(key: string, fields: readonly FieldDefinition[]): string | null {
  if (key.length < 4 || key.length > CHARS_MAX) return null;
  const pairs = letterPairs(key);
  let best: { field: string; share: number } | null = null;
  for (const field of fields) {
    if (field.identifies === true || field.refers === true) continue;
    for (const name of comparedNames(field)) {
      const share = shareOf(pairs, name);
      if (share >= SHARE_MIN && share > (best?.share ?? 0)) best = { field: field.name, share };
    }
  }
  return best?.field ?? null;
}

/** The identifying field whose name a column's is one slip of the finger away from: `emial`. It may only be said, never taken. */
export function misspelled(key: string, fields: readonly FieldDefinition[]): string | null {
  if (key.length < 4 || key.length > CHARS_MAX) return null;
  const found = fields.find(
    (field) => field.identifies === true && comparedNames(field).some(({ name }) => isOneSlip(key, name)),
  );
  return found?.name ?? null;
}

/** One letter too many, too few, wrong, or exchanged with its neighbour; digits are meant. */
function isOneSlip(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length < 4 || long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  if (/\d/.test(`${short[at] ?? ''}${long[at] ?? ''}`)) return false;
  if (long.length > short.length) return short.slice(at) === long.slice(at + 1);
  const isSwapped = short[at] === long[at + 1] && short[at + 1] === long[at];
  return short.slice(at + 1) === long.slice(at + 1) || (isSwapped && short.slice(at + 2) === long.slice(at + 2));
}

interface ComparedName {
  readonly name: string;
  readonly pairs: ReadonlyMap<string, number>;
  readonly count: number;
}

const COMPARED = new WeakMap<FieldDefinition, readonly ComparedName[]>();

function comparedNames(field: FieldDefinition): readonly ComparedName[] {
  const known = COMPARED.get(field);
  if (known !== undefined) return known;
  const names = [...new Set([field.name, field.title, ...(field.aliases ?? [])].map(bare))];
  const compared = names.map((name) => {
    const pairs = letterPairs(name);
    return { name, pairs: counted(pairs), count: pairs.length };
  });
  COMPARED.set(field, compared);
  return compared;
}

/** Share of neighbouring letter pairs that two names have in common; pairs that occur twice count twice. */
function shareOf(pairs: readonly string[], name: ComparedName): number {
  const total = pairs.length + name.count;
  if (Math.min(pairs.length, name.count) * 2 < total * SHARE_MIN) return 0;
  const seen = new Map<string, number>();
  let common = 0;
  for (const pair of pairs) {
    const before = seen.get(pair) ?? 0;
    if (before < (name.pairs.get(pair) ?? 0)) common++;
    seen.set(pair, before + 1);
  }
  return (2 * common) / total;
}

function counted(pairs: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  return counts;
}

function letterPairs(name: string): string[] {
  return Array.from({ length: Math.max(0, name.length - 1) }, (_, i) => name.slice(i, i + 2));
}
