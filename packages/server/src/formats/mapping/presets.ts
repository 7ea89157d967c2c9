import { ownWidth } from '../report/report-columns.ts';
import type { DroppedColumns } from '../reading/file-reading.ts';
import { SHAPES } from './preset-shapes.ts';
import type { PresetShape } from './preset-shapes.ts';
import type { FieldDefinition, Mapping, TransformationRule } from './schema.ts';

/** A known shape of user files: how to recognise it and how to read it. */
export interface Preset {
  name: string;
  title: string;
  /** Columns that mean something and are left out all the same. */
  dropped: readonly DroppedColumns[];
  /** The mapping for a header of this shape; columns without one of `fields` are left out on purpose. */
  mappingFor: (header: readonly string[], fields: readonly FieldDefinition[]) => Mapping;
}

export const PRESETS: readonly Preset[] = Object.entries(SHAPES).map(([name, shape]) => ({
  name,
  title: shape.title,
  dropped: shape.dropped ?? [],
  mappingFor: (header, fields) => mappingOf(shape, header, fields),
}));

/** The preset whose columns a header has and that knows the largest share of them; null if none. */
export function detectPreset(header: readonly string[]): Preset | null {
  const keys = header.slice(0, ownWidth(header)).map(columnKey);
  const scored = PRESETS.map((preset) => ({ preset, score: knownShare(SHAPES[preset.name], keys) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score >= 0.5 ? best.preset : null;
}

function knownShare(shape: PresetShape | undefined, keys: readonly string[]): number {
  if (shape === undefined) return 0;
  const isSigned = shape.signature.every((group) => group.some((key) => keys.includes(key)));
  if (!isSigned) return 0;
  const known = keys.filter((key) => Object.hasOwn(shape.columns, key) || shape.ignored.test(key));
  return known.length / keys.length;
}

function mappingOf(shape: PresetShape, header: readonly string[], fields: readonly FieldDefinition[]): Mapping {
  const byKey = new Map(header.map((name) => [columnKey(name), name]));
  const wanted = new Set(fields.map((field) => field.name));
  const mappings = new Map<string, string>();
  for (const [key, field] of Object.entries(shape.columns)) {
    const column = byKey.get(key);
    const isTaken = [...mappings.values()].includes(field);
    if (column !== undefined && wanted.has(field) && !isTaken) mappings.set(column, field);
  }
  const filled = new Set([...mappings.values(), ...Object.keys(shape.defaults ?? {})]);
  const rules = [...(shape.rules?.((key) => byKey.get(key)) ?? []), ...secondColumns(shape, byKey, mappings)];
  return {
    field_mappings: Object.fromEntries(mappings),
    default_values: Object.fromEntries(Object.entries(shape.defaults ?? {}).filter(([field]) => wanted.has(field))),
    validation_rules: [],
    transformation_rules: rules.filter((rule) => wanted.has(rule.field) && filled.has(rule.field)),
    ignore: header.filter((name) => {
      const key = columnKey(name);
      return !mappings.has(name) && (Object.hasOwn(shape.columns, key) || shape.ignored.test(key));
    }),
  };
}

/** Of several columns for one field the first that is filled counts, unless the layout says otherwise. */
function secondColumns(
  shape: PresetShape,
  byKey: ReadonlyMap<string, string>,
  mappings: ReadonlyMap<string, string>,
): TransformationRule[] {
  const ruled = new Set(shape.rules?.((key) => byKey.get(key)).map(({ field }) => field));
  return [...mappings].flatMap(([first, field]) => {
    const others = Object.entries(shape.columns).flatMap(([key, target]) => {
      const column = target === field ? byKey.get(key) : undefined;
      return column === undefined || column === first ? [] : [column];
    });
    if (others.length === 0 || ruled.has(field)) return [];
    return [{ field, rule: 'first_filled' as const, params: { columns: others } }];
  });
}

function columnKey(name: string): string {
  return name.trim().toLowerCase();
}
