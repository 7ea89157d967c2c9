import type { MappingError } from './mapping-problem.ts';
import type { FieldDefinition, Mapping } from './schema.ts';

/** Every way in which a mapping does not fit a header and the fields. */
export function mappingErrors(
  mapping: Mapping,
  header: readonly string[],
  fields: readonly FieldDefinition[],
): MappingError[] {
  const names = new Set(fields.map((field) => field.name));
  return [
    ...unknownHeaders(mapping, header),
    ...unknownFields(mapping, names),
    ...fieldsMappedTwice(mapping),
    ...unmappedRequiredFields(mapping, fields),
    ...rulesWithoutField(mapping, names),
  ];
}

function unknownHeaders(mapping: Mapping, header: readonly string[]): MappingError[] {
  return Object.keys(mapping.field_mappings)
    .filter((name) => !header.includes(name))
    .map((name) => ({
      code: 'header_unknown',
      field: name,
      message: `The file has no column "${name}".`,
      correction: `Map one of these columns instead: ${header.slice(0, 20).join(', ')}.`,
    }));
}

function unknownFields(mapping: Mapping, names: ReadonlySet<string>): MappingError[] {
  const targets = [...Object.values(mapping.field_mappings), ...Object.keys(mapping.default_values)];
  return [...new Set(targets)]
    .filter((name) => !names.has(name))
    .map((name) => ({
      code: 'field_unknown',
      field: name,
      message: `There is no field "${name}".`,
      correction: `Use one of these fields: ${[...names].join(', ')}.`,
    }));
}

function fieldsMappedTwice(mapping: Mapping): MappingError[] {
  const targets = Object.values(mapping.field_mappings);
  const twice = targets.filter((name, i) => targets.indexOf(name) !== i);
  return [...new Set(twice)].map((name) => ({
    code: 'field_twice',
    field: name,
    message: `More than one column is mapped to "${name}".`,
    correction: 'Leave out all but one of them, or add the others to it with a join rule.',
  }));
}

/** The error of a mapping that leaves every row without a field that says whom it means. */
export function identifierErrors(mapping: Mapping, fields: readonly FieldDefinition[]): MappingError[] {
  const filled = filledFields(mapping);
  const names = fields.filter((field) => field.identifies === true).map((field) => field.name);
  const [first] = names;
  if (first === undefined || names.some((name) => filled.has(name))) return [];
  return [
    {
      code: 'identifier_unmapped',
      field: first,
      message: 'No column says whom a row means.',
      correction: `Map a column to one of these fields: ${names.join(', ')}.`,
    },
  ];
}

function filledFields(mapping: Mapping): ReadonlySet<string> {
  return new Set([
    ...Object.values(mapping.field_mappings),
    ...Object.keys(mapping.default_values),
    ...mapping.transformation_rules.map((rule) => rule.field),
  ]);
}

function unmappedRequiredFields(mapping: Mapping, fields: readonly FieldDefinition[]): MappingError[] {
  const filled = filledFields(mapping);
  return fields
    .filter((field) => field.required === true && !filled.has(field.name))
    .map(({ name }) => ({
      code: 'field_unmapped',
      field: name,
      message: `No column is mapped to "${name}", which every row needs.`,
      correction: `Map a column to "${name}" or give it a default value.`,
    }));
}

function rulesWithoutField(mapping: Mapping, names: ReadonlySet<string>): MappingError[] {
  const rules = [...mapping.transformation_rules, ...mapping.validation_rules];
  return rules
    .filter(({ field }) => !names.has(field))
    .map(({ field, rule }) => ({
      code: 'rule_field_unknown',
      field,
      message: `The rule "${rule}" is for "${field}", which is no field.`,
      correction: 'Name a target field in the rule.',
    }));
}
