import type { MappableField, MappingRules } from '@muster/contract';
import { expect, it } from 'vitest';
import { defaultsInWords, fittedTo, identifierTitles, isSameReading, saysWhom, withColumn } from './columns.ts';

const MAPPING: MappingRules = {
  field_mappings: { Mail: 'email', Name: 'full_name' },
  default_values: { roles: 'student' },
  validation_rules: [],
  transformation_rules: [],
};
const FIELDS: MappableField[] = [
  { name: 'external_id', title: 'External id', type: 'text', required: false, identifies: true },
  { name: 'email', title: 'E-mail', type: 'email', required: false, identifies: true },
  { name: 'full_name', title: 'Full name', type: 'text', required: false, identifies: false },
  { name: 'roles', title: 'Roles', type: 'list', required: false, identifies: false },
];

it('a column that is put back as it was leaves the mapping the same, whatever the order', () => {
  const without = withColumn(MAPPING, 'Mail', '');
  expect(without.field_mappings).toEqual({ Name: 'full_name' });
  expect(isSameReading(without, MAPPING)).toBe(false);
  expect(isSameReading(withColumn(without, 'Mail', 'email'), MAPPING)).toBe(true);
});

it('a row is known by a column, a rule or a default of a field that identifies, and not without', () => {
  const without = withColumn(MAPPING, 'Mail', '');
  const rule = { field: 'external_id', rule: 'join' };
  expect([MAPPING, without, { ...without, transformation_rules: [rule] }].map((one) => saysWhom(one, FIELDS))).toEqual([
    true,
    false,
    true,
  ]);
  expect(saysWhom(without, [])).toBe(true);
  expect(identifierTitles(FIELDS)).toBe('External id or E-mail');
});

it('of a saved mapping, the columns that a file has are taken, and all of its rules', () => {
  const saved = { ...MAPPING, id: 'm', name: 'Saved' };
  expect(fittedTo(['Mail', 'Other'], saved)).toEqual({ ...MAPPING, field_mappings: { Mail: 'email' } });
  expect(defaultsInWords(MAPPING, FIELDS)).toBe('Roles: student');
});
