import { expect, it } from 'vitest';
import { fitted, table, valueText } from './words.ts';

it('columns are as wide as their widest cell, numbers stand to the right', () => {
  expect(
    table([
      ['create', '1,180', 'Ana'],
      ['skip', '3', 'Bo'],
      ['x', '', ''],
    ]),
  ).toBe('create  1,180  Ana\nskip        3  Bo\nx');
});

it('letters with accents written apart take one place each', () => {
  const apart = 'Jose\u0301';
  expect(
    table([
      [apart, '|'],
      ['Josef', '|'],
    ]),
  ).toBe(`${apart}   |\nJosef  |`);
  expect(fitted(apart, 4)).toBe(apart);
});

it('what is too long is cut, and shows that it was', () => {
  expect(fitted('Autumn intake', 6)).toBe('Autum…');
  expect(fitted('Autumn', 6)).toBe('Autumn');
});

it('values are written as a person would', () => {
  expect([null, '', 'a', ['x', 'y'], 5, { a: 1 }].map(valueText)).toEqual([
    '(empty)',
    '(empty)',
    'a',
    'x, y',
    '5',
    '{"a":1}',
  ]);
});
