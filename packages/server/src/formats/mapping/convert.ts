import { isEmail } from '@muster/contract';
import { bare } from './bare.ts';
import { readDate, readTimestamp } from './dates.ts';
import { Rejected } from './rejected.ts';
import type { FieldDefinition, FieldType } from './schema.ts';

/** Turns a text that is not empty, or a list, into the value of a field. */
export type Conversion = (value: unknown) => unknown;

const INTEGER = /^[+-]?\d{1,15}$/;
/** English, German, French, Spanish, Portuguese, Italian, Polish, Dutch. */
const YES = 'true 1 yes y t ja wahr oui vrai si verdadero sim verdadeiro vero tak prawda waar';
const NO = 'false 0 no n f nein falsch non faux falso nao nie falsz nee onwaar';
const BOOLEANS = new Map<string, boolean>([
  ...YES.split(' ').map((word) => [word, true] as const),
  ...NO.split(' ').map((word) => [word, false] as const),
]);

export function conversionOf(field: Pick<FieldDefinition, 'type' | 'values' | 'synonyms'>): Conversion {
  if (field.type === 'list') return listConversion(field);
  if (field.type === 'enum') return oneOf(field);
  const convert = TEXT_CONVERSIONS[field.type];
  return (value) => {
    if (typeof value === 'string') return convert(value);
    if (field.type === 'integer' && Number.isSafeInteger(value)) return value;
    if (field.type === 'boolean' && typeof value === 'boolean') return value;
    return convert(Array.isArray(value) ? value.join(', ') : String(value));
  };
}

const TEXT_CONVERSIONS: Record<Exclude<FieldType, 'list' | 'enum'>, (text: string) => unknown> = {
  text: (text) => text,
  email: (text) => (isEmail(text) ? text : new Rejected('bad_email')),
  integer: (text) => (INTEGER.test(text) ? Number(text) : new Rejected('bad_integer')),
  date: (text) => {
    const reading = readDate(text);
    if ('date' in reading) return reading.date;
    return 'readings' in reading
      ? new Rejected(reading.fault, { readings: reading.readings })
      : new Rejected(reading.fault);
  },
  timestamp: (text) => readTimestamp(text) ?? new Rejected('bad_timestamp'),
  boolean: (text) => BOOLEANS.get(bare(text)) ?? new Rejected('bad_boolean'),
};

/** Entries separated by comma, semicolon or bar; doubles count once. */
function listConversion(field: Pick<FieldDefinition, 'values' | 'synonyms'>): Conversion {
  const convert = field.values === undefined ? (entry: unknown) => entry : oneOf(field);
  return (value) => {
    const entries: unknown[] = Array.isArray(value) ? value : String(value).split(/[,;|]/);
    const texts = entries.map((entry) => String(entry).trim()).filter((entry) => entry !== '');
    const converted = texts.map(convert);
    return converted.find((entry) => entry instanceof Rejected) ?? [...new Set(converted)];
  };
}

function oneOf({ values = [], synonyms = {} }: Pick<FieldDefinition, 'values' | 'synonyms'>): Conversion {
  const known = new Map(Object.entries(synonyms).map(([word, value]) => [bare(word), value]));
  for (const value of values) known.set(bare(value), value);
  return (value) => known.get(bare(String(value))) ?? new Rejected('not_one_of', { allowed: values });
}
