import { describe, expect, it } from 'vitest';
import { cleanIdentifier, cleanText } from './clean-text.ts';

describe('text as it is kept', () => {
  it.each([
    ['\u200E Ana \u202C\uFEFF', 'Ana'],
    ['An\u00ADna\u200B', 'Anna'],
    ['Berg\u00A0\u00A0 von', 'Berg von'],
    ['two\r\n  lines\tand  more', 'two lines and more'],
    ['نام\u200Cها', 'نام\u200Cها'],
  ])('%j is %j', (given, text) => {
    expect(cleanText(given)).toEqual({ text });
  });

  it.each([
    '\u200B',
    '\u200C',
    '\u200D',
    '\u200E',
    '\u200F',
    '\u202A',
    '\u202C',
    '\u202E',
    '\u2060',
    '\u2066',
    '\u2069',
    '\u061C',
    '\u00AD',
    '\uFEFF',
  ])('an identifier loses %j wherever it stands', (sign) => {
    expect(cleanIdentifier(`${sign}ana${sign}@example.org${sign}`)).toEqual({ text: 'ana@example.org' });
  });

  it.each([
    '#N/A',
    '#REF!',
    '#VALUE!',
    '#NAME?',
    '#DIV/0!',
    '#NUM!',
    '#NULL!',
    '#n/a',
    ' #N/A ',
    '#NV',
    '#BEZUG!',
    '#WERT!',
    '#¡REF!',
    '#¿NOMBRE?',
    '#VALEUR!',
    '#RIF!',
    '#ADR!',
    '#WAARDE!',
    '#####',
    'Err:502',
  ])('%j is an error of a spreadsheet', (given) => {
    expect(cleanText(given).fault).toBe('spreadsheet_error');
  });

  it.each(['#1', '#doej', 'Err', 'N/A', 'Erna  Nass', '#hash!'])('%j is none', (given) => {
    expect(cleanText(given).fault).toBeUndefined();
  });
});
