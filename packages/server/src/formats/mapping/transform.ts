import { z } from 'zod';
import { dateReader } from './dates.ts';
import { FAULT_TEXTS } from './faults.ts';
import type { FaultCode } from './faults.ts';
import { Rejected, RuleProblem } from './rejected.ts';
import { PATTERN_REFUSALS, PATTERN_TEXT_CHARS_MAX, compilePattern } from './safe-pattern.ts';
import type { TransformationRule } from './schema.ts';

/** One transformation: the value so far (text, or a list after `split`) and the cells of the row. */
export type Step = (value: unknown, cells: readonly string[]) => unknown;

type Params = Record<string, unknown>;
type ColumnOf = (header: string) => number | undefined;

/**
 * Compiles the rules of one field into a single step; they run in list order, and the first
 * `Rejected` ends them.
 *
 * @throws RuleProblem when a parameter is missing or wrong.
 */
export function compileSteps(rules: readonly TransformationRule[], columnOf: ColumnOf): Step {
  const steps = rules.map(({ rule, params }) => BUILDERS[rule](params ?? {}, columnOf));
  return (value, cells) => {
    let current = value;
    for (const step of steps) {
      current = step(current, cells);
      if (current instanceof Rejected) return current;
    }
    return current;
  };
}

const BUILDERS: Record<TransformationRule['rule'], (params: Params, columnOf: ColumnOf) => Step> = {
  trim: () => onText((text) => text.trim()),
  upper: () => onText((text) => text.toUpperCase()),
  lower: () => onText((text) => text.toLowerCase()),
  title_case: () => onText(titleCase),
  date_format: buildDateFormat,
  number_format: buildNumberFormat,
  split: buildSplit,
  join: buildJoin,
  constant: (params) => {
    const { value } = parse(valueParams, params);
    return () => value;
  },
  lookup: buildLookup,
  default_if_empty: (params) => {
    const { value: substitute } = parse(valueParams, params);
    return (value) => (isEmpty(value) ? substitute : value);
  },
  replace: buildReplace,
  first_filled: buildFirstFilled,
};

const valueParams = z.object({ value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]) });

const dateParams = z.object({ from: z.string(), to: z.string().default('YYYY-MM-DD') });

function buildDateFormat(params: Params): Step {
  const { from, to } = parse(dateParams, params);
  const read = dateReader(from);
  if (read === undefined || dateReader(to) === undefined) {
    throw new RuleProblem('a date format needs year, month and day, such as DD/MM/YYYY');
  }
  return onText((text) => {
    if (text.trim() === '') return '';
    const result = read(text.trim());
    if (!('date' in result)) return new Rejected('bad_date', { format: from });
    const [year = '', month = '', day = ''] = result.date.split('-');
    return to
      .replace('YYYY', year)
      .replace('YY', year.slice(2))
      .replace(/MM?/, (token) => (token === 'M' ? String(Number(month)) : month))
      .replace(/DD?/, (token) => (token === 'D' ? String(Number(day)) : day));
  });
}

const numberParams = z.object({ decimal: z.enum(['.', ',']), thousands: z.enum(['', '.', ',', ' ', "'"]).default('') });

function buildNumberFormat(params: Params): Step {
  const { decimal, thousands } = parse(numberParams, params);
  if (decimal === thousands) throw new RuleProblem('decimal and thousands signs must differ');
  return onText((text) => {
    const trimmed = text.trim().replaceAll('\u00A0', ' ');
    if (trimmed === '') return '';
    const joined = thousands === '' ? trimmed : trimmed.replaceAll(thousands, '');
    const number = joined.replace(decimal, '.');
    return /^[+-]?\d+(?:\.\d+)?$/.test(number) ? number : new Rejected('bad_number');
  });
}

const splitParams = z.object({
  separator: z.string().min(1).max(10),
  /** Which part to keep, from 0; without it all parts are kept as a list. */
  index: z.number().int().min(0).max(100).optional(),
});

function buildSplit(params: Params): Step {
  const { separator, index } = parse(splitParams, params);
  return (value) => {
    if (typeof value !== 'string') return value;
    const parts = value.split(separator).map((part) => part.trim());
    return index === undefined ? parts.filter((part) => part !== '') : (parts[index] ?? '');
  };
}

const joinParams = z.object({
  /** Headers of the file; their cells replace the value. */
  columns: z.array(z.string()).min(1).max(20),
  separator: z.string().max(10).default(' '),
  /** Keeps the separators of empty cells, so that each part keeps its place. */
  keep_empty: z.boolean().default(false),
});

function buildJoin(params: Params, columnOf: ColumnOf): Step {
  const { columns, separator, keep_empty: keepsEmpty } = parse(joinParams, params);
  const indexes = columns.map((header) => indexOf(header, columnOf));
  return (_, cells) => {
    const parts = indexes.map((index) => (cells[index] ?? '').trim());
    return (keepsEmpty ? parts : parts.filter((part) => part !== '')).join(separator);
  };
}

const otherColumns = z.object({ columns: z.array(z.string()).min(1).max(20) });

/** The value, or else the first of other columns that holds something. */
function buildFirstFilled(params: Params, columnOf: ColumnOf): Step {
  const indexes = parse(otherColumns, params).columns.map((header) => indexOf(header, columnOf));
  return (value, cells) =>
    isEmpty(value) ? (indexes.map((index) => cells[index] ?? '').find((cell) => cell.trim() !== '') ?? '') : value;
}

function indexOf(header: string, columnOf: ColumnOf): number {
  const index = columnOf(header);
  if (index === undefined) throw new RuleProblem(`the file has no column "${header}"`);
  return index;
}

const lookupParams = z.object({
  /** Source value → our value; case and outer blanks of the source value do not matter. */
  table: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** Source value → code of the fault that it is. */
  refuse: z.record(z.string(), z.custom<FaultCode>(isFaultCode)).default({}),
  on_missing: z.enum(['keep', 'empty', 'error']).default('error'),
  /** What to say that there is, where the table holds more than a person would write. */
  allowed: z.array(z.string()).optional(),
});

function buildLookup(params: Params): Step {
  const { table, refuse, on_missing: onMissing, allowed = Object.keys(table) } = parse(lookupParams, params);
  const values = new Map(Object.entries(table).map(([key, value]) => [lookupKey(key), value]));
  const refused = new Map(Object.entries(refuse).map(([key, code]) => [lookupKey(key), code]));
  return onText((text) => {
    const key = lookupKey(text);
    const code = refused.get(key);
    if (code !== undefined) return new Rejected(code);
    const value = values.get(key);
    if (value !== undefined) return value;
    if (key === '' || onMissing === 'empty') return '';
    return onMissing === 'keep' ? text : new Rejected('not_one_of', { allowed });
  });
}

const replaceParams = z.object({
  pattern: z.string(),
  replacement: z.string().max(200).default(''),
  ignore_case: z.boolean().default(false),
});

function buildReplace(params: Params): Step {
  const { pattern, replacement, ignore_case: ignoresCase } = parse(replaceParams, params);
  const compiled = compilePattern(pattern, 'anywhere', ignoresCase ? 'i' : '');
  if (typeof compiled === 'string') throw new RuleProblem(PATTERN_REFUSALS[compiled]);
  return onText((text) =>
    text.length > PATTERN_TEXT_CHARS_MAX
      ? new Rejected('too_long', { max: PATTERN_TEXT_CHARS_MAX })
      : text.replace(compiled, replacement),
  );
}

/** Applies to a text, or to each entry of a list. */
function onText(change: (text: string) => unknown): Step {
  return (value) => {
    if (typeof value === 'string') return change(value);
    if (!Array.isArray(value)) return value;
    const entries = value.map((entry: unknown) => (typeof entry === 'string' ? change(entry) : entry));
    return entries.find((entry) => entry instanceof Rejected) ?? entries.flat();
  };
}

function titleCase(text: string): string {
  return text.toLowerCase().replace(/\p{L}[\p{L}\p{M}]*/gu, (word, at: number) => {
    const isEnding = word.length === 1 && /['’]/.test(text[at - 1] ?? '');
    return isEnding ? word : word.charAt(0).toUpperCase() + word.slice(1);
  });
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

function isFaultCode(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(FAULT_TEXTS, value);
}

function lookupKey(text: string): string {
  return text.trim().toLowerCase();
}

/** Parameters of a rule, checked. */
export function parse<T>(schema: z.ZodType<T>, params: Params): T {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const issues = result.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
  throw new RuleProblem(`its parameters are wrong (${issues.join('; ')})`);
}
