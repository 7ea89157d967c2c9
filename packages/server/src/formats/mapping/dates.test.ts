import { expect, it } from 'vitest';
import { dateReader, readDate, readTimestamp } from './dates.ts';

it.each([
  ['2026-09-01', '2026-09-01T00:00:00.000Z'],
  ['2026-09-01T08:30', '2026-09-01T08:30:00.000Z'],
  ['2026-09-01 08:30:15', '2026-09-01T08:30:15.000Z'],
  ['2026-09-01T08:30:15.25Z', '2026-09-01T08:30:15.250Z'],
  ['2026-09-01T00:30:00+02:00', '2026-08-31T22:30:00.000Z'],
  ['2026-08-31T23:30:00-0530', '2026-09-01T05:00:00.000Z'],
  ['2026-02-30T08:00:00Z', undefined],
  ['2026-09-01T25:00:00Z', undefined],
  ['1.9.2026', undefined],
])('the time %s is %s', (text, expected) => {
  expect(readTimestamp(text)).toBe(expected);
});

it('a year 0 is no date, nor is a month 13 or a day 0', () => {
  for (const text of ['0000-01-01', '2026-13-01', '2026-00-10', '2026-01-00']) {
    expect(readDate(text)).toEqual({ fault: 'bad_date' });
  }
  expect(dateReader('YYYY')).toBeUndefined();
});
