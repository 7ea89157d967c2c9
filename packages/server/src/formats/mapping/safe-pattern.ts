/** Characters of a text that a pattern of a mapping is tried on; longer texts never match. */
export const PATTERN_TEXT_CHARS_MAX = 256;
const PATTERN_CHARS_MAX = 200;
/**
 * Ways to match that a pattern may have on the longest text: two open repetitions (`+`, `*`), or more
 * bounded ones (`{1,40}`). The slowest of 40,000 random patterns that pass took 30 ms on its worst text.
 */
const WAYS_MAX = 2 ** 20;

/** Why a pattern is refused, in words that follow "cannot be used:". */
export const PATTERN_REFUSALS = {
  too_long: `the pattern has more than ${String(PATTERN_CHARS_MAX)} characters`,
  invalid: 'the pattern is no regular expression',
  unsupported: 'look-around and back-references are not offered',
  too_slow: 'the pattern could take too long; bound its repetitions, such as {1,40} instead of +',
} as const;
export type PatternRefusal = keyof typeof PATTERN_REFUSALS;

/**
 * Compiles a pattern that somebody typed, unless it could take exponential time.
 *
 * Refused are look-around, back-references, repeated groups that hold a choice or a repetition
 * (`(a+)+`), and more open repetitions than the longest text allows.
 *
 * @param mode - `whole`: the text must match from end to end; `anywhere`: for replacing, costs more.
 */
export function compilePattern(
  source: string,
  mode: 'whole' | 'anywhere',
  flags: '' | 'i' = '',
): RegExp | PatternRefusal {
  if (source.length > PATTERN_CHARS_MAX) return 'too_long';
  if (/\(\?[=!<]|\\[1-9k]/.test(source)) return 'unsupported';
  const startPlaces = mode === 'whole' ? 1 : PATTERN_TEXT_CHARS_MAX;
  if (waysToMatch(source) * startPlaces > WAYS_MAX) return 'too_slow';
  try {
    return new RegExp(mode === 'whole' ? `^(?:${source})$` : source, mode === 'whole' ? `u${flags}` : `gu${flags}`);
  } catch {
    return 'invalid';
  }
}

/** Whether the whole of a text, at most PATTERN_TEXT_CHARS_MAX long, has the form of the pattern. */
export function matchesWhole(pattern: RegExp, text: string): boolean {
  return text.length <= PATTERN_TEXT_CHARS_MAX && pattern.test(text);
}

const TOKEN = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?:)?|\)|\||[*+?]\??|\{(\d+)(,?)(\d*)\}\??|[^]/gu;

/** An upper bound of the ways in which a backtracking matcher can try one start place. */
function waysToMatch(source: string): number {
  let ways = 1;
  const groups: boolean[] = [];
  let closedVariable = false;
  let previous = '';
  for (const match of source.matchAll(TOKEN)) {
    const [token] = match;
    const times = repetitions(match);
    const isVariable = times.max > times.min;
    if (times.max > 1 && previous === ')' && closedVariable) return Infinity;
    if (token.startsWith('(')) groups.push(false);
    else if (token === ')') closedVariable = groups.pop() ?? false;
    const makesGroupVariable = isVariable || (token === ')' && closedVariable);
    if (makesGroupVariable && groups.length > 0) groups[groups.length - 1] = true;
    if (isVariable) ways *= Math.min(times.max - times.min + 1, PATTERN_TEXT_CHARS_MAX);
    previous = token;
  }
  return ways;
}

function repetitions([token, least, comma, most]: RegExpMatchArray): { min: number; max: number } {
  const open = PATTERN_TEXT_CHARS_MAX;
  if (/^[*]\??$/.test(token)) return { min: 0, max: open };
  if (/^[+]\??$/.test(token)) return { min: 1, max: open };
  if (/^\?\??$|^\|$/.test(token)) return { min: 0, max: 1 };
  if (least === undefined) return { min: 1, max: 1 };
  const min = Number(least);
  if (comma === '') return { min, max: min };
  return { min, max: most === undefined || most === '' ? open : Math.min(Number(most), open) };
}
