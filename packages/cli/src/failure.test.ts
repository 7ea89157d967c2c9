import { expect, it } from 'vitest';
import { EXIT } from './exit-codes.ts';
import { Failure, failureText } from './failure.ts';
import { refusal, unreachable } from './server/refusal.ts';

const url = 'https://muster.example';

it('a refusal says what is wrong, where, and how to correct it, with every fault', () => {
  const failure = refusal(
    400,
    {
      detail: 'The request has 2 fault(s).',
      code: 'validation_failed',
      errors: [
        {
          code: 'invalid_dates',
          field: 'scheduling.due_date',
          message: 'It is due before it starts.',
          correction: 'Give a later date.',
        },
        { code: 'required', field: 'target', message: 'target is missing.', correction: 'Give target.' },
      ],
    },
    url,
  );
  expect(failureText(failure)).toBe(
    [
      'error: The request has 2 fault(s).',
      '  scheduling.due_date: It is due before it starts.',
      '  → Give a later date.',
      '  target: target is missing.',
      '  → Give target.',
    ].join('\n'),
  );
});

it('what a refusal says twice is shown once', () => {
  const detail = 'The name or the password is wrong.';
  const body = {
    detail,
    code: 'wrong_credentials',
    errors: [{ code: 'wrong_credentials', field: '', message: detail, correction: 'Check both.' }],
  };
  expect(failureText(refusal(401, body, url))).toBe(`error: ${detail}\n  → Check both.`);
});

it('a stale preview shows what differs', () => {
  const body = {
    detail: '1 thing(s) changed.',
    errors: [],
    differences: [{ label: 'Ana', was: 'create', now: 'skip' }],
  };
  expect(failureText(refusal(409, body, url))).toContain('  Ana: was create, now skip');
});

it('exit codes tell a refusal, a missing sign-in and a broken server apart', () => {
  const code = (status: number) => refusal(status, { detail: 'x', errors: [] }, url).exitCode;
  expect([400, 403, 404, 409, 422, 429].map(code)).toEqual(Array(6).fill(EXIT.refused));
  expect(code(401)).toBe(EXIT.notSignedIn);
  expect([500, 503].map(code)).toEqual([EXIT.unreachable, EXIT.unreachable]);
  expect(unreachable(url, new Error('x')).exitCode).toBe(EXIT.unreachable);
});

it('an answer of something else than a muster server is named as such', () => {
  expect(refusal(404, '<html>', url).message).toContain('not in the way a muster server does');
});

it('why a server cannot be reached is said', () => {
  const error = new TypeError('fetch failed', { cause: new AggregateError([new Error('connect ECONNREFUSED')]) });
  expect(unreachable(url, error).message).toBe(`${url} does not answer (connect ECONNREFUSED).`);
});

it('to be interrupted is no error', () => {
  expect(failureText(new Failure(EXIT.interrupted, 'It goes on.'))).toBe('It goes on.');
});
