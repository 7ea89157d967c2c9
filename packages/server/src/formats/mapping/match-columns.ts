import { ownWidth } from '../report/report-columns.ts';
import { bare } from './bare.ts';
import { likeness, misspelled } from './likeness.ts';
import type { ContextAlias, FieldDefinition } from './schema.ts';

/** What a column says by its name. */
export interface ColumnMatch {
  readonly header: string;
  /** The field whose name or other name it carries; null when it carries none, or when that is not sure enough. */
  readonly field: string | null;
  /** The field that it may be, which somebody has to decide. */
  readonly maybe?: string;
  /** Why it is only maybe: a name like that field's, a name that means several things, or another column that is read as it. */
  readonly doubt?: ColumnDoubt;
  /** The column that was taken instead. */
  readonly rival?: string;
}
export type ColumnDoubt = 'alike' | 'misspelled' | 'unclear' | 'rival';

interface Claim {
  readonly header: string;
  readonly field: string;
  /** Place of the name among those of the field; the first is the strongest. */
  readonly rank: number;
}

/**
 * Which field each column is: by its name alone, in any of the languages that the fields know, and no field twice. What is
 * only like a name is never read by itself, and is not even offered where it would say who or what a row means.
 */
export function matchColumns(header: readonly string[], fields: readonly FieldDefinition[]): ColumnMatch[] {
  const columns = header.slice(0, ownWidth(header)).map((name) => ({ header: name, key: bare(name) }));
  const names = namesOf(fields);
  const plain = columns.flatMap(({ header: name, key }) => claimOf(name, names.get(key)));
  const settled = new Map(strongest(plain).map((claim) => [claim.header, claim]));
  const inContext = contextClaims(columns, settled, fields);
  const taken = new Map([...settled.values(), ...inContext].map((claim) => [claim.field, claim.header]));
  const mine = new Map([...taken].map(([field, name]) => [name, field]));
  return columns.map(({ header: name, key }): ColumnMatch => {
    const field = mine.get(name);
    if (field !== undefined) return { header: name, field };
    const claimed = plain.find((claim) => claim.header === name)?.field;
    const rival = claimed === undefined ? undefined : taken.get(claimed);
    if (claimed !== undefined && rival !== undefined)
      return { header: name, field: null, maybe: claimed, doubt: 'rival', rival };
    const free = fields.filter((one) => !taken.has(one.name));
    const unclear = free.find((one) => mayMean(one, key));
    if (unclear !== undefined) return { header: name, field: null, maybe: unclear.name, doubt: 'unclear' };
    const slip = misspelled(key, free);
    if (slip !== null) return { header: name, field: null, maybe: slip, doubt: 'misspelled' };
    const alike = likeness(key, free);
    return alike === null ? { header: name, field: null } : { header: name, field: null, maybe: alike, doubt: 'alike' };
  });
}

type Names = ReadonlyMap<string, { readonly field: string; readonly rank: number }>;

const NAMES = new WeakMap<readonly FieldDefinition[], Names>();

/** Bare name → field, made once for each list of fields. */
function namesOf(fields: readonly FieldDefinition[]): Names {
  const known = NAMES.get(fields);
  if (known !== undefined) return known;
  const names = new Map<string, { field: string; rank: number }>();
  for (const { name, title, aliases = [] } of fields) {
    [name, title, ...aliases].forEach((spelled, rank) => {
      const key = bare(spelled);
      if (!names.has(key)) names.set(key, { field: name, rank });
    });
  }
  NAMES.set(fields, names);
  return names;
}

function claimOf(header: string, name: { field: string; rank: number } | undefined): Claim[] {
  return name === undefined ? [] : [{ header, ...name }];
}

/** Of several columns for one field the one with the stronger name, and of those the first. */
function strongest(claims: readonly Claim[]): Claim[] {
  const best = new Map<string, Claim>();
  for (const claim of claims) {
    const rival = best.get(claim.field);
    if (rival === undefined || claim.rank < rival.rank) best.set(claim.field, claim);
  }
  return [...best.values()];
}

interface Column {
  readonly header: string;
  readonly key: string;
}

/** Names that mean one thing or another, by what stands beside them: *Nome* is a given name beside *Cognome*. */
function contextClaims(
  columns: readonly Column[],
  settled: ReadonlyMap<string, Claim>,
  fields: readonly FieldDefinition[],
): Claim[] {
  const taken = new Set([...settled.values()].map((claim) => claim.field));
  const claims: Claim[] = [];
  for (const { header, key } of columns) {
    if (settled.has(header)) continue;
    const others = columns.filter((one) => one.header !== header).map((one) => one.key);
    const found = fields.find(
      ({ name, contextAliases = [] }) =>
        !taken.has(name) && contextAliases.some((alias) => fits(alias, key, taken, others)),
    );
    if (found !== undefined && !claims.some((claim) => claim.field === found.name))
      claims.push({ header, field: found.name, rank: 0 });
  }
  return claims;
}

function fits(alias: ContextAlias, key: string, taken: ReadonlySet<string>, others: readonly string[]): boolean {
  const { names, beside = [], without = [], near, notNear } = alias;
  return (
    bareNames(names).has(key) &&
    beside.every((field) => taken.has(field)) &&
    !without.some((field) => taken.has(field)) &&
    (near === undefined || others.some((other) => near.test(other))) &&
    (notNear === undefined || !others.some((other) => notNear.test(other)))
  );
}

const NONE: readonly string[] = [];

/** A name that means this field in another context, or sometimes. */
function mayMean({ contextAliases = [], doubtful = NONE }: FieldDefinition, key: string): boolean {
  return [doubtful, ...contextAliases.map(({ names }) => names)].some((names) => bareNames(names).has(key));
}

const BARE_NAMES = new WeakMap<readonly string[], ReadonlySet<string>>();

function bareNames(names: readonly string[]): ReadonlySet<string> {
  const known = BARE_NAMES.get(names) ?? new Set(names.map(bare));
  BARE_NAMES.set(names, known);
  return known;
}
