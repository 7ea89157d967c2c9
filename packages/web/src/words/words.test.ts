import { BULK_STATUSES, ITEM_STATUSES, problemHeading } from '@muster/contract';
import { expect, it } from 'vitest';
import { counted, fileSize } from './numbers.ts';
import { confirmLabel, ITEM_STATE_WORDS, STATUS_LABELS, valueText } from './operations.ts';
import { clockWords, timeLeft } from './times.ts';

it('an operation and an item have the labels that people know', () => {
  expect(BULK_STATUSES.map((status) => STATUS_LABELS[status])).toEqual([
    'Pending',
    'Queued',
    'Processing',
    'Paused',
    'Completed',
    'Failed',
    'Cancelled',
  ]);
  expect(ITEM_STATUSES.map((status) => ITEM_STATE_WORDS[status].text)).toEqual([
    'Pending',
    'Processing',
    'Success',
    'Failed',
    'Skipped',
  ]);
});

it('the confirm button says what it does to how many, and there is none for a plan that does nothing', () => {
  expect(confirmLabel({ create: 1200, update: 3, re_enroll: 1, skip: 4, error: 2 })).toBe(
    'Confirm: create 1,200, update 3, re-enroll 1',
  );
  expect(confirmLabel({ create: 0, skip: 4, error: 2 })).toBeNull();
});

it('the time left is rounded down, and over when it is over', () => {
  const nowMs = Date.parse('2026-03-01T08:00:00Z');
  expect(timeLeft('2026-03-01T08:29:59Z', nowMs)).toBe('29 minutes');
  expect(timeLeft('2026-03-30T08:00:00Z', nowMs)).toBe('29 days');
  expect(timeLeft('2026-03-01T09:00:00Z', nowMs)).toBe('1 hour');
  expect(timeLeft('2026-03-01T08:00:01Z', nowMs)).toBe('less than a minute');
  expect(timeLeft('2026-03-01T08:00:00Z', nowMs)).toBeNull();
});

it('numbers, sizes and clocks read as people say them', () => {
  expect([counted(1, 'row'), counted(60_000, 'row')]).toEqual(['1 row', '60,000 rows']);
  expect([fileSize(999), fileSize(5_612), fileSize(2_000_000_000)]).toEqual(['999 bytes', '5.6 kB', '2.0 GB']);
  expect([clockWords('00:00:05'), clockWords('00:01:05'), clockWords('02:03:04'), clockWords('')]).toEqual([
    '5 s',
    '1 min 5 s',
    '2 h 3 min',
    null,
  ]);
});

it('empty values are told apart from text', () => {
  expect([valueText(null), valueText(''), valueText(false), valueText(['student', 'teacher'])]).toEqual([
    null,
    null,
    'false',
    'student, teacher',
  ]);
});

it('what stands over lines says to a person what is wrong with them, not the code', () => {
  expect(['bad_email', 'not_one_of', 'identifier_missing', 'batch_full'].map(problemHeading)).toEqual([
    'Not an e-mail address',
    'None of the allowed values',
    'No id, e-mail or user name',
    'Batch full',
  ]);
});
