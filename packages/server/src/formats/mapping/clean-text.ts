/** What a cell amounts to as text, and what is wrong with it. */
export interface CleanText {
  text: string;
  fault?: 'control_character' | 'damaged_text';
}

// White space, and the zero-width characters that copying from web pages leaves behind.
const OUTER_BLANKS = /^[\s\u200B-\u200D\u2060\uFEFF]+|[\s\u200B-\u200D\u2060\uFEFF]+$/g;
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/;

/** Trims, normalises to NFC and looks for characters that no text should have. */
export function cleanText(cell: string): CleanText {
  if (isPlain(cell)) return { text: cell };
  const text = cell.replace(OUTER_BLANKS, '').normalize('NFC');
  if (CONTROL.test(text)) return { text, fault: 'control_character' };
  if (text.includes('\uFFFD')) return { text, fault: 'damaged_text' };
  return { text };
}

/** Printable ASCII without outer blanks: the common case, found without a regular expression. */
function isPlain(cell: string): boolean {
  const length = cell.length;
  if (length === 0) return true;
  if (cell.charCodeAt(0) === 32 || cell.charCodeAt(length - 1) === 32) return false;
  for (let i = 0; i < length; i++) {
    const code = cell.charCodeAt(i);
    if (code < 32 || code > 126) return false;
  }
  return true;
}
