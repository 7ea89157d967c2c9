/** The mapping that a client means: a preset by name, a whole mapping, or just column → field. */
import { invalid, problemError } from '@muster/contract';
import { z } from 'zod';
import { faultsOf } from '../engine/index.ts';
import { identifierErrors } from '../formats/mapping/check-mapping.ts';
import { bare } from '../formats/mapping/bare.ts';
import { compileMapping } from '../formats/mapping/mapping.ts';
import { MappingProblem, type MappingError } from '../formats/mapping/mapping-problem.ts';
import { detectPreset, PRESETS } from '../formats/mapping/presets.ts';
import { mappingSchema, type FieldDefinition, type Mapping } from '../formats/mapping/schema.ts';
import { matchColumns } from '../formats/mapping/match-columns.ts';
import { asObject } from './stored.ts';

/** The preset that fits the file best, or else the columns by their names. */
const AUTOMATIC = 'auto';
const OWN_LAYOUT = 'muster';

/**
 * A mapping that is said in full must say whom a row means. One that is found out need not: what could not be found out is
 * shown with the rows of the file, and said by hand afterwards.
 *
 * @param given - `{preset: "name" | "auto"}`, a mapping with `field_mappings`, or `{column: field}`. Fields may be named by
 *   their other names; an empty mapping means `auto`.
 * @throws Problem `validation_failed` with every fault of the mapping.
 */
export function givenMapping(given: unknown, header: readonly string[], fields: readonly FieldDefinition[]): Mapping {
  const said = asObject(given);
  const mapping = withFieldNames(mappingOf(said, header, fields), fields);
  const faults = [
    ...compileErrors(mapping, header, fields),
    ...(isFoundOut(said) ? [] : identifierErrors(mapping, fields)),
  ];
  if (faults.length > 0) throw invalid(faults.map((fault) => ({ ...fault, field: `mapping.${fault.field}` })));
  return mapping;
}

function compileErrors(
  mapping: Mapping,
  header: readonly string[],
  fields: readonly FieldDefinition[],
): readonly MappingError[] {
  try {
    compileMapping(mapping, header, fields);
    return [];
  } catch (error) {
    if (error instanceof MappingProblem) return error.errors;
    throw error;
  }
}

/** By the names of the columns, rather than said. */
function isFoundOut(given: Record<string, unknown>): boolean {
  return Object.keys(given).length === 0 || typeof given['preset'] === 'string';
}

function mappingOf(
  given: Record<string, unknown>,
  header: readonly string[],
  fields: readonly FieldDefinition[],
): Mapping {
  if (Object.keys(given).length === 0) return automatic(header, fields);
  if (typeof given['preset'] === 'string') return presetMapping(given['preset'], header, fields);
  const whole = 'field_mappings' in given ? given : { field_mappings: given };
  const checked = mappingSchema.safeParse(whole, { reportInput: true });
  if (checked.success) return checked.data;
  throw invalid(faultsOf(checked.error, 'mapping'));
}

function presetMapping(name: string, header: readonly string[], fields: readonly FieldDefinition[]): Mapping {
  if (name === AUTOMATIC) return automatic(header, fields);
  const preset = PRESETS.find((known) => known.name === name);
  if (preset !== undefined) return preset.mappingFor(header, fields);
  const known = [AUTOMATIC, ...PRESETS.map((one) => one.name)].join(', ');
  throw invalid([problemError('invalid_value', { field: 'mapping.preset', reason: `use one of ${known}` })]);
}

function automatic(header: readonly string[], fields: readonly FieldDefinition[]): Mapping {
  const preset = detectPreset(header);
  // Our own files are read by the names of their columns, and so are columns that somebody added to them.
  if (preset !== null && preset.name !== OWN_LAYOUT) return preset.mappingFor(header, fields);
  const pairs = matchColumns(header, fields).flatMap(({ header: column, field }) =>
    field === null ? [] : [[column, field]],
  );
  return mappingSchema.parse({ field_mappings: z.record(z.string(), z.string()).parse(Object.fromEntries(pairs)) });
}

/** Other names of fields (`role`, `unit_code`) become the names that the kind knows. */
function withFieldNames(mapping: Mapping, fields: readonly FieldDefinition[]): Mapping {
  const names = new Set(fields.map((field) => field.name));
  const byAlias = new Map(fields.flatMap((field) => (field.aliases ?? []).map((alias) => [bare(alias), field.name])));
  const nameOf = (name: string): string => (names.has(name) ? name : (byAlias.get(bare(name)) ?? name));
  const renamed = <T extends { field: string }>(rules: readonly T[]): T[] =>
    rules.map((rule) => ({ ...rule, field: nameOf(rule.field) }));
  return {
    ...mapping,
    field_mappings: Object.fromEntries(
      Object.entries(mapping.field_mappings).map(([column, field]) => [column, nameOf(field)]),
    ),
    default_values: Object.fromEntries(
      Object.entries(mapping.default_values).map(([field, value]) => [nameOf(field), value]),
    ),
    validation_rules: renamed(mapping.validation_rules),
    transformation_rules: renamed(mapping.transformation_rules),
  };
}
