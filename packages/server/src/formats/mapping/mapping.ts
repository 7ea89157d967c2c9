import { cleanIdentifier, cleanText, isRefusedText } from '@muster/contract';
import { isReportColumn } from '../report/report-columns.ts';
import { mappingErrors } from './check-mapping.ts';
import { conversionOf } from './convert.ts';
import type { Fault, FaultCode } from './faults.ts';
import { MappingProblem } from './mapping-problem.ts';
import type { MappingError } from './mapping-problem.ts';
import { Rejected, RuleProblem } from './rejected.ts';
import type { FieldDefinition, Mapping, ValidationRule } from './schema.ts';
import { compileSteps } from './transform.ts';
import type { Step } from './transform.ts';
import { compileCheck, isStoreRule } from './validate.ts';
import type { Check, StoreRuleName } from './validate.ts';

export type { FieldDefinition, Mapping } from './schema.ts';

/** A row after mapping. A field whose cell is empty, or that has a fault, is not among the values. */
export interface MappedRow {
  values: Record<string, unknown>;
  faults: Fault[];
  warnings: Fault[];
}

/** A validation rule that the planner has to answer, with the whole file or the store. */
export interface StoreRule {
  field: string;
  rule: StoreRuleName;
  params: Record<string, unknown>;
  severity: 'error' | 'warning';
  message?: string;
}

export interface RowMapper {
  (cells: readonly string[]): MappedRow;
  readonly storeRules: readonly StoreRule[];
  /** Headers that are neither mapped nor left out on purpose. */
  readonly unmappedColumns: readonly string[];
}

/** Writes one field of a row. */
type FieldReader = (cells: readonly string[], row: MappedRow) => void;
type CompileRule = <T>(field: string, compile: () => T) => T | undefined;

/** What spreadsheets make of long digits. */
const SHORTENED_NUMBER = /^\d(?:[.,]\d+)?E\+\d+$/i;

/**
 * Compiles a mapping once, so that a row costs only its cells.
 *
 * @throws MappingProblem with every error of the mapping.
 */
export function compileMapping(
  mapping: Mapping,
  header: readonly string[],
  fields: readonly FieldDefinition[],
): RowMapper {
  const errors = mappingErrors(mapping, header, fields);
  const compileRule: CompileRule = (field, compile) => {
    try {
      return compile();
    } catch (error) {
      if (!(error instanceof RuleProblem)) throw error;
      errors.push(ruleError(field, error.message));
      return undefined;
    }
  };
  const readers = fields
    .filter((field) => isFilled(mapping, field))
    .map((field) => fieldReader(field, mapping, header, compileRule));
  const checks = compileChecks(mapping, fields, compileRule);
  if (errors.length > 0) throw new MappingProblem(errors);
  const mapRow = (cells: readonly string[]): MappedRow => {
    const row: MappedRow = { values: {}, faults: [], warnings: [] };
    for (const read of readers) read(cells, row);
    for (const check of checks) check(cells, row);
    return row;
  };
  return Object.assign(mapRow, {
    storeRules: storeRulesOf(mapping),
    unmappedColumns: unmappedColumns(mapping, header),
  });
}

function fieldReader(
  field: FieldDefinition,
  mapping: Mapping,
  header: readonly string[],
  compileRule: CompileRule,
): FieldReader {
  const { name } = field;
  const column = columnOf(mapping, header, name);
  const steps = compileRule(name, () => fieldSteps(field, mapping, header));
  const accept = acceptance(field);
  const dropsRest = restDropper(field, mapping);
  const substitute: unknown = mapping.default_values[name];
  const isRequired = field.required === true;
  return (cells, row) => {
    const cell = cells[column] ?? '';
    const value: unknown = steps === undefined ? cell : steps(cell, cells);
    if (value instanceof Rejected) {
      row.faults.push(faultOf(name, cell, value));
      return;
    }
    if (dropsRest(cell)) warn(row, 'first_of_several', name, cell);
    if (accept(value, cell, row)) return;
    if (substitute !== undefined) accept(substitute, cell, row);
    else if (isRequired) row.faults.push({ code: 'required', field: name, value: cell });
  };
}

/**
 * Cleans and converts a value and writes it, or its fault, into the row.
 * Gives false when there is nothing to write.
 */
function acceptance(field: FieldDefinition): (value: unknown, cell: string, row: MappedRow) => boolean {
  const { name, type } = field;
  const convert = conversionOf(field);
  const isName = field.identifies === true || field.refers === true || type === 'email';
  const clean = isName ? cleanIdentifier : cleanText;
  const max = field.maxLength ?? Infinity;
  return (value, cell, row) => {
    let input = value;
    if (typeof value === 'string') {
      const cleaned = clean(unquoted(value));
      if (cleaned.text === '') return false;
      if (cleaned.fault !== undefined && isRefusedText(cleaned)) {
        row.faults.push({ code: cleaned.fault, field: name, value: cell });
        return true;
      }
      if (cleaned.fault !== undefined) warn(row, cleaned.fault, name, cell);
      if (type === 'text' && SHORTENED_NUMBER.test(cleaned.text)) {
        warn(row, 'spreadsheet_number', name, cell);
      }
      input = cleaned.text;
    }
    const result = convert(input);
    if (result instanceof Rejected) row.faults.push(faultOf(name, cell, result));
    else if (isTooLong(result, max)) {
      row.faults.push({ code: 'too_long', field: name, value: cell, params: { max } });
    } else if (Array.isArray(result) && result.length === 0) return false;
    else row.values[name] = result;
    return true;
  };
}

/** Typographic quotes around a whole cell: what a word processor makes of those of a CSV file. */
const QUOTES = /^\s*(?:“(.*)[”“]|„(.*)[“”]|«(.*)»|»(.*)«|‹(.*)›|‘(.*)’|‚(.*)[‘’]|”(.*)”)\s*$/s;

function unquoted(cell: string): string {
  // The lowest of them is «, so that nothing is asked of ASCII; no character at all gives NaN.
  const first = cell.charCodeAt(0);
  if (first <= 0xaa && first !== 32) return cell;
  const found = QUOTES.exec(cell);
  const inner = found?.slice(1).join('') ?? '';
  return found === null || /[“”„«»‹›]/.test(inner) ? cell : inner;
}

function fieldSteps(field: FieldDefinition, mapping: Mapping, header: readonly string[]): Step | undefined {
  const rules = mapping.transformation_rules.filter((rule) => rule.field === field.name);
  if (rules.length === 0) return undefined;
  const columns = new Map(header.map((name, i) => [name, i]));
  return compileSteps(rules, (name) => columns.get(name));
}

/** Whether a rule that keeps one part of a list leaves others behind. */
function restDropper({ name }: FieldDefinition, { transformation_rules: rules }: Mapping): (cell: string) => boolean {
  const split = rules.find(
    ({ field, rule, params }) => field === name && rule === 'split' && params?.['index'] !== undefined,
  );
  const separator = split?.params?.['separator'];
  if (typeof separator !== 'string') return () => false;
  return (cell) => cell.includes(separator) && cell.split(separator).filter((part) => part.trim() !== '').length > 1;
}

function compileChecks(mapping: Mapping, fields: readonly FieldDefinition[], compileRule: CompileRule): FieldReader[] {
  const hasField = (name: string): boolean => fields.some((field) => field.name === name);
  return mapping.validation_rules.flatMap((rule) => {
    const name = rule.rule;
    if (isStoreRule(name)) return [];
    const check = compileRule(rule.field, () => compileCheck(name, rule.params ?? {}, hasField));
    return check === undefined ? [] : [reportingCheck(rule, check)];
  });
}

/** A field that has a fault already is not checked further. */
function reportingCheck({ field, severity, message }: ValidationRule, check: Check): FieldReader {
  return (_, { values, faults, warnings }) => {
    const value = values[field];
    const rejected = check(value, values);
    if (rejected === undefined) return;
    if (value === undefined && faults.some((fault) => fault.field === field)) return;
    const fault = faultOf(field, value ?? '', rejected);
    if (message !== undefined) fault.message = message;
    (severity === 'error' ? faults : warnings).push(fault);
  };
}

function storeRulesOf(mapping: Mapping): StoreRule[] {
  return mapping.validation_rules.flatMap(({ field, rule, params = {}, severity, message }) => {
    if (!isStoreRule(rule)) return [];
    return [{ field, rule, params, severity, ...(message === undefined ? {} : { message }) }];
  });
}

function unmappedColumns(mapping: Mapping, header: readonly string[]): string[] {
  const known = new Set([...Object.keys(mapping.field_mappings), ...(mapping.ignore ?? [])]);
  return header.filter((name) => !known.has(name) && !isReportColumn(name, header));
}

function columnOf(mapping: Mapping, header: readonly string[], field: string): number {
  const source = Object.entries(mapping.field_mappings).find(([, target]) => target === field)?.[0];
  return source === undefined ? -1 : header.indexOf(source);
}

function isFilled(
  { field_mappings, default_values, transformation_rules }: Mapping,
  { name }: FieldDefinition,
): boolean {
  return (
    Object.values(field_mappings).includes(name) ||
    Object.hasOwn(default_values, name) ||
    transformation_rules.some((rule) => rule.field === name)
  );
}

function faultOf(field: string, value: unknown, { code, params }: Rejected): Fault {
  return params === undefined ? { code, field, value } : { code, field, value, params };
}

function warn(row: MappedRow, code: FaultCode, field: string, value: unknown): void {
  row.warnings.push({ code, field, value });
}

function isTooLong(value: unknown, max: number): boolean {
  if (typeof value === 'string') return value.length > max;
  return Array.isArray(value) && value.some((entry) => String(entry).length > max);
}

function ruleError(field: string, reason: string): MappingError {
  return {
    code: 'rule_invalid',
    field,
    message: `A rule for "${field}" cannot be used: ${reason}.`,
    correction: 'Correct the parameters of the rule.',
  };
}
