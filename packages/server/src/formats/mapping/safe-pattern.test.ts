import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PATTERN_TEXT_CHARS_MAX, compilePattern, matchesWhole } from './safe-pattern.ts';

it('ordinary patterns pass and match the whole text', () => {
  const pattern = compilePattern('[A-Z]{2}-?\\d{4,6}', 'whole');
  if (typeof pattern === 'string') throw new Error(pattern);
  expect(matchesWhole(pattern, 'AB-1234')).toBe(true);
  expect(matchesWhole(pattern, 'xAB-1234')).toBe(false);
  expect(matchesWhole(pattern, 'A'.repeat(PATTERN_TEXT_CHARS_MAX + 1))).toBe(false);
});

it.each([
  ['[^@]{1,64}@[^@]{1,64}\\.[a-z]{2,20}', undefined],
  ['(?:ab|cd)-\\d+', undefined],
  ['(a+)+', 'too_slow'],
  ['(a|a)*', 'too_slow'],
  ['((a?)b)*', 'too_slow'],
  ['.*.*.*x', 'too_slow'],
  ['(?<!a)b', 'unsupported'],
  ['(a)\\1', 'unsupported'],
  ['(', 'invalid'],
])('%s gives %s', (source, refusal) => {
  const result = compilePattern(source, 'whole');
  expect(typeof result === 'string' ? result : undefined).toBe(refusal);
});

it('no pattern that passes takes long on a hostile text', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '\\w', '(a|b)', '(?:a)', '|', '(a?)', '((a)b)');
  const times = fc.constantFrom('', '', '+', '*', '?', '{1,9}', '{0,64}', '+?');
  const source = fc.array(fc.tuple(atom, times), { minLength: 1, maxLength: 8 }).map((parts) => parts.flat().join(''));
  const texts = [`${'a'.repeat(255)}!`, `${'ab'.repeat(127)}!!`];
  fc.assert(
    fc.property(source, fc.constantFrom('whole' as const, 'anywhere' as const), (text, mode) => {
      const pattern = compilePattern(text, mode);
      fc.pre(typeof pattern !== 'string');
      const began = performance.now();
      for (const hostile of texts) hostile.replace(pattern, '');
      // What backtracks would take longer than anybody waits.
      expect(performance.now() - began).toBeLessThan(20_000);
    }),
    { numRuns: 2000 },
  );
});
