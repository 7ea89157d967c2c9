/** Which column of a file is read as which field: changed by hand, and said in words. */
import {
  mappingRules,
  type BulkOperation,
  type MappableField,
  type MappingRules,
  type ProblemError,
} from '@muster/contract';
import { valueText } from './operations.ts';

/** The columns of the file that an operation came from, in its order; none where it came from no file. */
export function columnsOf({ input_data: input }: BulkOperation): string[] {
  const { header } = input;
  return Array.isArray(header) ? header.map(String) : [];
}

export function mappingOf({ mapping_config: mapping }: BulkOperation): MappingRules | null {
  const known = mappingRules.safeParse(mapping);
  return known.success ? known.data : null;
}

/** `mapping` with one column read as another field; an empty field leaves the column out. */
export function withColumn(mapping: MappingRules, column: string, field: string): MappingRules {
  const others = Object.entries(mapping.field_mappings).filter(([name]) => name !== column);
  const added = field === '' ? [] : [[column, field] as const];
  return { ...mapping, field_mappings: Object.fromEntries([...others, ...added]) };
}

/** `mapping` with one value for all rows that say none; an empty one leaves it unsaid. */
export function withDefault(mapping: MappingRules, field: string, value: string): MappingRules {
  const others = Object.entries(mapping.default_values).filter(([name]) => name !== field);
  const added = value === '' ? [] : [[field, value] as const];
  return { ...mapping, default_values: Object.fromEntries([...others, ...added]) };
}

/** What of a saved mapping this file has columns for. */
export function fittedTo(columns: readonly string[], saved: MappingRules): MappingRules {
  const pairs = Object.entries(saved.field_mappings).filter(([name]) => columns.includes(name));
  return { ...mappingRules.parse(saved), field_mappings: Object.fromEntries(pairs) };
}

/** Whether two mappings read each column as the same field, with the same rules. */
export function isSameReading(one: MappingRules, other: MappingRules): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

function inOrder({ field_mappings: mappings, ...rules }: MappingRules): unknown {
  return [Object.entries(mappings).sort(), rules];
}

/** Whether something says whom a row means, or nothing has to; the server goes by the same. */
export function saysWhom(mapping: MappingRules, fields: readonly MappableField[]): boolean {
  const names = fields.filter((field) => field.identifies).map((field) => field.name);
  const filled = [
    ...Object.values(mapping.field_mappings),
    ...Object.keys(mapping.default_values),
    ...mapping.transformation_rules.map((rule) => rule.field),
  ];
  return names.length === 0 || names.some((name) => filled.includes(name));
}

/** `External id, E-mail or User name`. */
export function identifierTitles(fields: readonly MappableField[]): string {
  const titles = fields.filter((field) => field.identifies).map((field) => field.title);
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(titles);
}

/** What the server says of the field that a column is read as. */
export function faultsBeside(faults: readonly ProblemError[], field: string): ProblemError[] {
  return field === '' ? [] : faults.filter((fault) => fault.field === `mapping.${field}`);
}

/** `Roles: student; Status: active`: what rows get without the file; empty where there is nothing. */
export function defaultsInWords({ default_values: values }: MappingRules, fields: readonly MappableField[]): string {
  const titles = new Map(fields.map((field) => [field.name, field.title]));
  return Object.entries(values)
    .map(([name, value]) => `${titles.get(name) ?? name}: ${valueText(value) ?? 'empty'}`)
    .join('; ');
}
