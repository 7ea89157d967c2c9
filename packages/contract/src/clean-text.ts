/** Text as it is kept, whatever door it comes in by: files, forms, parameters. */
import { z } from 'zod';

export interface CleanText {
  readonly text: string;
  readonly fault?: 'control_character' | 'spreadsheet_error' | 'damaged_text';
}

// Characters that cannot be seen: joiners, marks of direction, soft hyphens, and what copying leaves behind.
const INVISIBLE = '\\u00AD\\u034F\\u061C\\u180E\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uFEFF';
const BLANK_OR_INVISIBLE = new RegExp(`[\\s${INVISIBLE}]`);
const ALL_INVISIBLE = new RegExp(`[${INVISIBLE}]`, 'g');
// Joiners are part of how some scripts are written; these are part of none.
const ZERO_WIDTH = /[\u00AD\u061C\u180E\u200B\u200E\u200F\u2060-\u2064\uFEFF]/g;
const BLANKS = /\s+/g;
// Besides control characters those that turn the order of what is read, and halves of a character.
const CONTROL =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * What a spreadsheet puts where a value could not be worked out: in English, German, Spanish, French, Portuguese, Italian,
 * Polish and Dutch. Nobody is called like that.
 */
const SPREADSHEET_ERROR = new RegExp(
  `^(?:${[
    '#N/A|#REF!|#VALUE!|#NAME\\?|#DIV/0!|#NUM!|#NULL!|#SPILL!|#CALC!|#FIELD!|#BLOCKED!|#BUSY!|#CONNECT!|#UNKNOWN!|#ERROR!|#GETTING_DATA',
    '#NV|#BEZUG!|#WERT!|#ZAHL!|#ÜBERLAUF!',
    '#N/D|#¡REF!|#¡?VALOR!|#¿NOMBRE\\?|#¡DIV/0!|#¡NUM!|#¡NULO!|#NULO!|#¡?DESBORDAMIENTO!|#DESPEJ[AO]R?!|#NÚM!|#NOME\\?',
    '#VALEUR!|#NOM\\?|#NOMBRE!|#NUL!|#PROPAGATION!|#RIF!|#VALORE!|#NULLO!|#ESPANSIONE!',
    '#N/D!|#ADR!|#ARG!|#NAZWA\\?|#DZIEL/0!|#LICZBA!|#ZERO!|#ROZLANIE!|#N/B|#VERW!|#WAARDE!|#NAAM\\?|#DEEL/0!|#GETAL!|#LEEG!|#OVERLOOP!',
    '#{3,}|Err:\\d{3}',
  ].join('|')})$`,
  'i',
);

/** One line: trimmed, in NFC, with single blanks; and whether it holds what no text should have. */
export function cleanText(given: string): CleanText {
  if (isPlain(given)) return { text: given };
  return judged(withoutEnds(given.replace(ZERO_WIDTH, '').replace(BLANKS, ' ')));
}

/** By hand: an expression that is bound to the end of a text looks at each run of blanks in it anew. */
function withoutEnds(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && BLANK_OR_INVISIBLE.test(text.charAt(from))) from++;
  while (to > from && BLANK_OR_INVISIBLE.test(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

/** One line by which somebody or something is known: also without characters within it that cannot be seen. */
export function cleanIdentifier(given: string): CleanText {
  return isPlain(given) ? { text: given } : cleanText(given.replace(ALL_INVISIBLE, ''));
}

/** Whether such a text is refused; a damaged one is only warned of. */
export function isRefusedText({ fault }: CleanText): boolean {
  return fault === 'control_character' || fault === 'spreadsheet_error';
}

/** Text of several lines, which keeps them and what stands before and after it. */
export function cleanProse(given: string): CleanText {
  return isPlain(given) ? { text: given } : judged(given.replace(ZERO_WIDTH, ''));
}

// NUL, and halves of a character.
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Whether a database can keep it at all. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** One line of at most so many characters, in parameters and bodies. */
export function line(charsMax: number) {
  return z
    .string()
    .overwrite((given) => cleanText(given).text)
    .max(charsMax)
    .refine((text) => !isRefusedText(cleanText(text)), CONTROL_WORDS);
}

/** The same of text that may have several lines. */
export function prose(charsMax: number) {
  return z
    .string()
    .overwrite((given) => cleanProse(given).text)
    .max(charsMax)
    .refine((text) => cleanProse(text).fault !== 'control_character', CONTROL_WORDS);
}

export const CONTROL_WORDS = 'it holds a character that cannot be seen, or an error of a spreadsheet; type it again';

/** Longest e-mail address, in characters. */
export const EMAIL_CHARS_MAX = 254;

/** A regular expression in JavaScript as in PostgreSQL: a name at a domain of two parts or more. */
export const EMAIL_PATTERN = '^[^\\s@<>",;:()[\\]\\\\]+@(?!-)[^\\s@<>",;:()[\\]\\\\.]+(\\.[^\\s@<>",;:()[\\]\\\\.]+)+$';
const EMAIL = new RegExp(EMAIL_PATTERN);
/** Of the part before the @. */
const NAME_CHARS_MAX = 64;

export function isEmail(text: string): boolean {
  return text.length <= EMAIL_CHARS_MAX && text.indexOf('@') <= NAME_CHARS_MAX && EMAIL.test(text);
}

/** With which the errors of spreadsheets begin. */
const HASH = 35;
const CAPITAL_E = 69;

function judged(cleaned: string): CleanText {
  const text = cleaned.normalize('NFC');
  if (CONTROL.test(text)) return { text, fault: 'control_character' };
  if (SPREADSHEET_ERROR.test(text)) return { text, fault: 'spreadsheet_error' };
  if (text.includes('\uFFFD')) return { text, fault: 'damaged_text' };
  return { text };
}

/** Printable ASCII without outer or double blanks, and no error: the common case, found without a regular expression. */
function isPlain(text: string): boolean {
  const length = text.length;
  if (length === 0) return true;
  const first = text.charCodeAt(0);
  if (first === 32 || text.charCodeAt(length - 1) === 32 || first === HASH || first === CAPITAL_E) return false;
  for (let i = 0, before = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126 || (code === 32 && before === 32)) return false;
    before = code;
  }
  return true;
}
