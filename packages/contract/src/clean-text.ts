/** Text as it is kept, whatever door it comes in by: files, forms, parameters. */
import { z } from 'zod';

export interface CleanText {
  readonly text: string;
  readonly fault?: 'control_character' | 'damaged_text';
}

// White space, and the zero-width characters that copying from web pages leaves behind.
const OUTER_BLANKS = /^[\s\u200B-\u200D\u2060\uFEFF]+|[\s\u200B-\u200D\u2060\uFEFF]+$/g;
// Joiners are part of how some scripts are written; these are part of none.
const ZERO_WIDTH = /[\u200B\u2060\uFEFF]/g;
const LINE_BREAKS = /\s*[\t\r\n\u2028\u2029]+\s*/g;
// Besides control characters those that turn the order of what is read, and halves of a character.
const CONTROL =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** One line: trimmed, in NFC, without line breaks; and whether it holds characters that no text should have. */
export function cleanText(given: string): CleanText {
  if (isPlain(given)) return { text: given };
  return judged(given.replace(ZERO_WIDTH, '').replace(OUTER_BLANKS, '').replace(LINE_BREAKS, ' '));
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
    .refine((text) => cleanText(text).fault !== 'control_character', CONTROL_WORDS);
}

/** The same of text that may have several lines. */
export function prose(charsMax: number) {
  return z
    .string()
    .overwrite((given) => cleanProse(given).text)
    .max(charsMax)
    .refine((text) => cleanProse(text).fault !== 'control_character', CONTROL_WORDS);
}

export const CONTROL_WORDS = 'it holds a character that cannot be seen; type it again';

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

function judged(cleaned: string): CleanText {
  const text = cleaned.normalize('NFC');
  if (CONTROL.test(text)) return { text, fault: 'control_character' };
  if (text.includes('\uFFFD')) return { text, fault: 'damaged_text' };
  return { text };
}

/** Printable ASCII without outer blanks: the common case, found without a regular expression. */
function isPlain(text: string): boolean {
  const length = text.length;
  if (length === 0) return true;
  if (text.charCodeAt(0) === 32 || text.charCodeAt(length - 1) === 32) return false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126) return false;
  }
  return true;
}
