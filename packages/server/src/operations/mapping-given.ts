/** The mapping that a client means: a preset by name, a whole mapping, or just column → field. */
import { invalid, problemError } from '@muster/contract';
import { z } from 'zod';
import { faultsOf } from '../engine/index.ts';
import { FileProblem } from '../formats/file-problem.ts';
import { bare } from '../formats/mapping/bare.ts';
import { identifierErrors } from '../formats/mapping/check-mapping.ts';
import { compileMapping } from '../formats/mapping/mapping.ts';
import { knownFileOf } from '../formats/mapping/known-files.ts';
import { MappingProblem, type MappingError } from '../formats/mapping/mapping-problem.ts';
import { matchColumns, type ColumnMatch } from '../formats/mapping/match-columns.ts';
import { detectPreset, PRESETS, type Preset } from '../formats/mapping/presets.ts';
import { mappingSchema, type FieldDefinition, type Mapping } from '../formats/mapping/schema.ts';
import { asObject } from './stored.ts';

/** The preset that fits the file best, or else the columns by their names. */
const AUTOMATIC = 'auto';
const OWN_LAYOUT = 'muster';

export interface GivenMapping {
  readonly mapping: Mapping;
  readonly layout: Preset | null;
  /** What the columns say by their names, where they were not said and have no known layout. */
  readonly matches: readonly ColumnMatch[] | null;
}

/**
 * A mapping that is said in full must say whom a row means. One that is found out need not: what could not be found out is
 * shown with the rows of the file, and said by hand afterwards.
 *
 * @param given - `{preset: "name" | "auto"}`, a mapping with `field_mappings`, or `{column: field}`. Fields may be named by
 *   their other names; an empty mapping means `auto`. Beside a preset `default_values` may stand.
 * @throws Problem `validation_failed` with every fault of the mapping.
 */
export function givenMapping(
  given: unknown,
  header: readonly string[],
  fields: readonly FieldDefinition[],
): GivenMapping {
  const said = asObject(given);
  const found = isFoundOut(said)
    ? foundOut(said, header, fields)
    : { mapping: saidInFull(said), layout: null, matches: null };
  const mapping = withFieldNames(found.mapping, fields);
  const faults = [
    ...compileErrors(mapping, header, fields),
    ...(isFoundOut(said) ? [] : identifierErrors(mapping, fields)),
  ];
  if (faults.length > 0) throw invalid(faults.map((fault) => ({ ...fault, field: `mapping.${fault.field}` })));
  return { ...found, mapping };
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

/** Nothing is said of the columns, nor of the layout. */
export function isAutomatic(given: Readonly<Record<string, unknown>>): boolean {
  return isFoundOut(given) && (given['preset'] ?? AUTOMATIC) === AUTOMATIC;
}

/** By the names of the columns, rather than said. */
function isFoundOut(given: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(given).length === 0 || typeof given['preset'] === 'string';
}

function saidInFull(given: Record<string, unknown>): Mapping {
  const checked = mappingSchema.safeParse('field_mappings' in given ? given : { field_mappings: given }, {
    reportInput: true,
  });
  if (checked.success) return checked.data;
  throw invalid(faultsOf(checked.error, 'mapping'));
}

function foundOut(
  { preset = AUTOMATIC, default_values: defaults }: Record<string, unknown>,
  header: readonly string[],
  fields: readonly FieldDefinition[],
): GivenMapping {
  refuseOtherFiles(header);
  const found =
    preset === AUTOMATIC ? automatic(header, fields) : ofPreset(presetNamed(String(preset)), header, fields);
  const { mapping } = found;
  return { ...found, mapping: { ...mapping, default_values: { ...mapping.default_values, ...asObject(defaults) } } };
}

/** Files that list something else than people are not read as people; who says column by column what they hold knows better. */
function refuseOtherFiles(header: readonly string[]): void {
  const known = knownFileOf(header);
  if (known === null) return;
  const { file: found, set, says } = known;
  throw new FileProblem('no_people', { found, set, says });
}

function presetNamed(name: string): Preset {
  const preset = PRESETS.find((known) => known.name === name);
  if (preset !== undefined) return preset;
  const known = [AUTOMATIC, ...PRESETS.map((one) => one.name)].join(', ');
  throw invalid([problemError('invalid_value', { field: 'mapping.preset', reason: `use one of ${known}` })]);
}

function ofPreset(layout: Preset, header: readonly string[], fields: readonly FieldDefinition[]): GivenMapping {
  return { mapping: layout.mappingFor(header, fields), layout, matches: null };
}

function automatic(header: readonly string[], fields: readonly FieldDefinition[]): GivenMapping {
  const layout = detectPreset(header);
  // Our own files are read by the names of their columns, and so are columns that somebody added to them.
  if (layout !== null && layout.name !== OWN_LAYOUT) return ofPreset(layout, header, fields);
  const matches = matchColumns(header, fields);
  const pairs = matches.flatMap(({ header: column, field }) => (field === null ? [] : [[column, field]]));
  const mappings = z.record(z.string(), z.string()).parse(Object.fromEntries(pairs));
  return { mapping: mappingSchema.parse({ field_mappings: mappings }), layout: null, matches };
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
