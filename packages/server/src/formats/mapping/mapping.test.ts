import { describe, expect, it } from 'vitest';
import { FAULT_TEXTS } from './faults.ts';
import { MappingProblem } from './mapping-problem.ts';
import { compileMapping } from './mapping.ts';
import type { MappedRow } from './mapping.ts';
import { mappingSchema } from './schema.ts';
import type { FieldDefinition, TransformationRule, ValidationRule } from './schema.ts';
import { userFields } from './user-fields-fixture.ts';

const fields: readonly FieldDefinition[] = [
  { name: 'text', title: 'Text', type: 'text', maxLength: 300 },
  { name: 'mail', title: 'Mail', type: 'email' },
  { name: 'count', title: 'Count', type: 'integer' },
  { name: 'day', title: 'Day', type: 'date' },
  { name: 'end', title: 'End', type: 'date' },
  { name: 'yes', title: 'Yes', type: 'boolean' },
  { name: 'tags', title: 'Tags', type: 'list' },
  { name: 'size', title: 'Size', type: 'enum', values: ['small', 'large'], synonyms: { s: 'small' } },
];
const header = fields.map((field) => field.name);

interface Rules {
  transform?: readonly Omit<TransformationRule, 'field'>[];
  validate?: readonly (Omit<ValidationRule, 'field' | 'severity'> & { severity?: 'warning' })[];
  defaults?: Record<string, unknown>;
}

/** Maps a row that has one cell, with rules for that field. */
function mapCell(field: string, cell: string, rules: Rules = {}): MappedRow {
  const mapping = mappingSchema.parse({
    field_mappings: Object.fromEntries(header.map((name) => [name, name])),
    default_values: rules.defaults ?? {},
    transformation_rules: (rules.transform ?? []).map((rule) => ({ field, ...rule })),
    validation_rules: (rules.validate ?? []).map((rule) => ({ field, ...rule })),
  });
  return compileMapping(mapping, header, fields)(header.map((name) => (name === field ? cell : '')));
}

const valueOf = (field: string, cell: string, rules?: Rules): unknown => {
  const row = mapCell(field, cell, rules);
  return row.faults[0]?.code ?? row.values[field];
};

describe('values', () => {
  it.each([
    ['text', '00123', '00123'],
    ['text', ' \u00A0Ana\u200B ', 'Ana'],
    ['text', 'Zoe\u0308', 'Zoë'],
    ['text', 'a\u0007b', 'control_character'],
    ['text', 'x'.repeat(301), 'too_long'],
    ['mail', 'ana@example.org', 'ana@example.org'],
    ['mail', 'ana@example', 'bad_email'],
    ['mail', 'ana', 'bad_email'],
    ['count', '-12', -12],
    ['count', '1.5', 'bad_integer'],
    ['yes', 'TRUE', true],
    ['yes', '0', false],
    ['yes', 'maybe', 'bad_boolean'],
    ['tags', 'a; b,a|c', ['a', 'b', 'c']],
    ['size', 'S', 'small'],
    ['size', 'Large', 'large'],
    ['size', 'huge', 'not_one_of'],
    ['day', '2026-01-31', '2026-01-31'],
    ['day', '2026-02-30', 'bad_date'],
    ['day', '31.1.2026', '2026-01-31'],
    ['day', '13/05/2026', '2026-05-13'],
    ['day', '05/13/2026', '2026-05-13'],
    ['day', '04/05/2026', 'ambiguous_date'],
    ['day', '05/05/2026', '2026-05-05'],
  ])('%s of %j is %j', (field, cell, expected) => {
    expect(valueOf(field, cell)).toEqual(expected);
  });

  it('an empty cell is an absent field, unless there is a default', () => {
    expect(mapCell('text', ' \u00A0').values).toEqual({});
    expect(mapCell('text', '', { defaults: { text: 'x' } }).values).toEqual({ text: 'x' });
    expect(mapCell('text', 'y', { defaults: { text: 'x' } }).values).toEqual({ text: 'y' });
  });

  it('a number that a spreadsheet shortened is warned of', () => {
    const { values, warnings } = mapCell('text', '1.23E+11');
    expect(values).toEqual({ text: '1.23E+11' });
    expect(warnings).toEqual([{ code: 'spreadsheet_number', field: 'text', value: '1.23E+11' }]);
  });
});

describe('transformation rules', () => {
  const rule = (name: TransformationRule['rule'], params?: Record<string, unknown>): Rules => ({
    transform: [params === undefined ? { rule: name } : { rule: name, params }],
  });

  it('trim then lower turns " A@B.CD " into "a@b.cd" [BO-174]', () => {
    const rules: Rules = { transform: [{ rule: 'trim' }, { rule: 'lower' }] };
    expect(valueOf('mail', ' A@B.CD ', rules)).toBe('a@b.cd');
  });

  it('rules of one field run in list order [BO-363]', () => {
    const lowerFirst: Rules = { transform: [{ rule: 'lower' }, { rule: 'upper' }] };
    const upperFirst: Rules = { transform: [{ rule: 'upper' }, { rule: 'lower' }] };
    expect(valueOf('text', 'Ana', lowerFirst)).toBe('ANA');
    expect(valueOf('text', 'Ana', upperFirst)).toBe('ana');
  });

  it.each<[string, string, Rules, unknown]>([
    ['text', '  a ', rule('trim'), 'a'],
    ['text', 'ana', rule('upper'), 'ANA'],
    ['text', 'ANA', rule('lower'), 'ana'],
    ['text', "MARY-ANN o'neill's", rule('title_case'), "Mary-Ann O'Neill's"],
    ['day', '04/05/2026', rule('date_format', { from: 'DD/MM/YYYY' }), '2026-05-04'],
    ['day', '4/5/26', rule('date_format', { from: 'M/D/YY' }), '2026-04-05'],
    ['day', '31.12.69', rule('date_format', { from: 'D.M.YY' }), '2069-12-31'],
    ['day', '1.1.70', rule('date_format', { from: 'D.M.YY' }), '1970-01-01'],
    ['day', '1.1.00', rule('date_format', { from: 'D.M.YY' }), '2000-01-01'],
    ['day', '1.1.99', rule('date_format', { from: 'D.M.YY' }), '1999-01-01'],
    ['text', '2026-05-04', rule('date_format', { from: 'YYYY-MM-DD', to: 'D.M.YYYY' }), '4.5.2026'],
    ['day', '31/02/2026', rule('date_format', { from: 'DD/MM/YYYY' }), 'bad_date'],
    ['text', '1.234,5', rule('number_format', { decimal: ',', thousands: '.' }), '1234.5'],
    ['text', 'many', rule('number_format', { decimal: ',' }), 'bad_number'],
    ['tags', 'a / b', rule('split', { separator: '/' }), ['a', 'b']],
    ['text', 'a/b', rule('split', { separator: '/', index: 1 }), 'b'],
    ['text', 'a', rule('join', { columns: ['text', 'mail', 'text'], separator: '-' }), 'a-a'],
    ['text', 'a', rule('constant', { value: 'k' }), 'k'],
    ['count', '', rule('constant', { value: 3 }), 3],
    ['size', 'Gross', rule('lookup', { table: { gross: 'large' } }), 'large'],
    ['text', 'x', rule('lookup', { table: { gross: 'large' } }), 'not_one_of'],
    ['text', 'x', rule('lookup', { table: {}, on_missing: 'keep' }), 'x'],
    ['text', 'x', rule('lookup', { table: {}, refuse: { X: 'role_not_supported' } }), 'role_not_supported'],
    ['text', ' ', rule('default_if_empty', { value: 'none' }), 'none'],
    ['text', 'id-0042', rule('replace', { pattern: '^id-', replacement: '' }), '0042'],
  ])('%s of %j by %j is %j [BO-175]', (field, cell, rules, expected) => {
    expect(valueOf(field, cell, rules)).toEqual(expected);
  });
});

describe('validation rules', () => {
  it.each<[string, string, string, ValidationRule['rule'], Record<string, unknown>, string]>([
    ['text', 'a', '', 'required', {}, 'required'],
    ['text', '12', 'x', 'type', { type: 'integer' }, 'bad_integer'],
    ['text', 'abc', 'ab', 'min_length', { min: 3 }, 'too_short'],
    ['text', 'abc', 'abcd', 'max_length', { max: 3 }, 'too_long'],
    ['text', 'A12', 'A1x', 'pattern', { pattern: '[A-Z]\\d+' }, 'pattern_mismatch'],
    ['text', 'a', 'b', 'one_of', { values: ['a'] }, 'not_one_of'],
  ])('%s: %j passes and %j does not by %s [BO-180]', (field, good, bad, rule, params, code) => {
    const rules: Rules = { validate: [{ rule, params }] };
    expect(mapCell(field, good, rules).faults).toEqual([]);
    expect(mapCell(field, bad, rules).faults.map((fault) => fault.code)).toEqual([code]);
  });

  it('dates out of order are a fault, in order or alone they are not [BO-180]', () => {
    const mapping = mappingSchema.parse({
      field_mappings: { day: 'day', end: 'end' },
      validation_rules: [{ field: 'day', rule: 'date_order', params: { before: 'end' } }],
    });
    const map = compileMapping(mapping, ['day', 'end'], fields);
    expect(map(['2026-01-01', '2026-01-01']).faults).toEqual([]);
    expect(map(['2026-01-02', '']).faults).toEqual([]);
    expect(map(['2026-01-02', '2026-01-01']).faults).toEqual([
      { code: 'date_order', field: 'day', value: '2026-01-02', params: { other: 'end' } },
    ]);
  });

  it('a rule of severity warning yields a warning with its own words [BO-362]', () => {
    const row = mapCell('text', 'ab', {
      validate: [{ rule: 'min_length', params: { min: 3 }, severity: 'warning', message: 'Too few.' }],
    });
    expect(row.faults).toEqual([]);
    expect(row.warnings).toMatchObject([{ code: 'too_short', message: 'Too few.' }]);
    expect(row.values).toEqual({ text: 'ab' });
  });

  it('rules that need the file or the store are handed to the planner', () => {
    const mapping = mappingSchema.parse({
      field_mappings: { mail: 'mail' },
      validation_rules: [
        { field: 'mail', rule: 'unique_in_file' },
        { field: 'mail', rule: 'unique_in_store', severity: 'warning' },
        { field: 'mail', rule: 'existing_reference', params: { entity: 'user' } },
      ],
    });
    expect(compileMapping(mapping, ['mail'], fields).storeRules).toEqual([
      { field: 'mail', rule: 'unique_in_file', params: {}, severity: 'error' },
      { field: 'mail', rule: 'unique_in_store', params: {}, severity: 'warning' },
      { field: 'mail', rule: 'existing_reference', params: { entity: 'user' }, severity: 'error' },
    ]);
  });

  it.each(['(a+)+', '(a|b)*', '(\\d+|x){2,}', 'a*b*c*d*', '(?=a)b', '(a)\\1', '[a', 'x'.repeat(201)])(
    'the pattern %s is refused before any row',
    (pattern) => {
      expect(() => mapCell('text', 'a', { validate: [{ rule: 'pattern', params: { pattern } }] })).toThrow(
        MappingProblem,
      );
    },
  );
});

describe('mappings that do not fit', () => {
  it('every error is named at once', () => {
    const mapping = mappingSchema.parse({
      field_mappings: { Nope: 'text', day: 'unknown', end: 'text' },
      validation_rules: [{ field: 'ghost', rule: 'required' }],
      transformation_rules: [{ field: 'text', rule: 'split' }],
    });
    const needed: FieldDefinition = { name: 'key', title: 'Key', type: 'text', required: true };
    const compile = () => compileMapping(mapping, header, [...fields, needed]);
    expect(compile).toThrow(MappingProblem);
    try {
      compile();
    } catch (error) {
      if (!(error instanceof MappingProblem)) throw error;
      expect(error.errors.map(({ code, field }) => `${code} ${field}`)).toEqual([
        'header_unknown Nope',
        'field_unknown unknown',
        'field_twice text',
        'field_unmapped key',
        'rule_field_unknown ghost',
        'rule_invalid text',
      ]);
    }
  });

  it('a number as target is refused, lists left out are empty [BO-332] [BO-334] [BO-335]', () => {
    expect(mappingSchema.safeParse({ field_mappings: { a: 1 } }).success).toBe(false);
    expect(mappingSchema.parse({ field_mappings: {} })).toEqual({
      field_mappings: {},
      default_values: {},
      validation_rules: [],
      transformation_rules: [],
    });
  });

  it('columns that nobody mapped are listed, columns of an error report are not', () => {
    const mapping = mappingSchema.parse({ field_mappings: { email: 'email' }, ignore: ['skip'] });
    const columns = ['email', 'skip', 'other', 'row_number', 'code', 'message', 'suggestion'];
    expect(compileMapping(mapping, columns, userFields).unmappedColumns).toEqual(['other']);
  });
});

it('what a rule leaves of a list is said', () => {
  const split = { field: 'unit', rule: 'split' as const, params: { separator: ',', index: 0 } };
  const mapping = mappingSchema.parse({ field_mappings: { s: 'unit' }, transformation_rules: [split] });
  const map = compileMapping(mapping, ['s'], userFields);
  expect(['a,b', 'a,', 'a'].map((cell) => map([cell]).warnings.map(({ code }) => code))).toEqual([
    ['first_of_several'],
    [],
    [],
  ]);
});

it('every fault has words', () => {
  for (const [code, { message }] of Object.entries(FAULT_TEXTS)) {
    const text = message({ code: 'required', field: 'email', value: 'x' });
    expect(text, code).toMatch(/\.$/);
  }
});
