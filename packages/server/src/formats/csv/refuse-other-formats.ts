import { FileProblem } from '../file-problem.ts';

/** Beginnings of files that are no text tables, as Latin-1. */
const MAGIC: readonly (readonly [string, string])[] = [
  ['%PDF-', 'a PDF document'],
  ['PK\x05\x06', 'an empty ZIP archive'],
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['\x1f\x8b', 'a gzip archive'],
  ['BZh', 'a bzip2 archive'],
  ['7z\xbc\xaf\x27\x1c', 'a 7z archive'],
  ['Rar!', 'a RAR archive'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an old Excel or Word document (.xls, .doc)'],
  ['SQLite format 3\0', 'a SQLite database'],
  ['\x7fELF', 'a program'],
  ['{\\rtf', 'an RTF document'],
];

const MARKUP: readonly (readonly [RegExp, string])[] = [
  [/^<(?:!doctype\s+html|html|head|body|table)\b/i, 'an HTML page'],
  [/^<(?:\?\w|!(?:--|\w)|[a-z][\w:.-]*[\s/>])/i, 'an XML document'],
  [/^(?:\{\s*["}]|\[\s*[[{\]]|\[\s*"[^"\r\n]*"\s*[,\]])/, 'a JSON document'],
];

const CONTROL_BYTES_MIN = 32;
const CONTROL_SHARE_MAX = 0.05;

/** Throws FileProblem `not_csv` when the first bytes of a file show that it is no text table. */
export function refuseOtherFormats(sample: Buffer): void {
  refuse(otherFormat(sample));
  refuseMarkup(sample.toString('latin1', 0, 4096).replace(/^\xef\xbb\xbf/, ''));
  if (isBinary(sample)) refuse('a binary file');
}

/** The same of a text, once its encoding is known. */
export function refuseMarkup(text: string): void {
  const start = text.slice(0, 4096).trimStart();
  refuse(MARKUP.find(([pattern]) => pattern.test(start))?.[1]);
}

function refuse(found: string | undefined): void {
  if (found === undefined) return;
  throw new FileProblem('not_csv', { found, expected: 'comma separated text (CSV)' });
}

function otherFormat(sample: Buffer): string | undefined {
  const head = sample.toString('latin1', 0, 64);
  if (head.startsWith('PK\x03\x04')) return zipFormat(sample);
  return MAGIC.find(([start]) => head.startsWith(start))?.[1];
}

function zipFormat(sample: Buffer): string {
  const isWorkbook = sample.includes('xl/') || sample.includes('[Content_Types].xml');
  return isWorkbook ? 'an Excel workbook (.xlsx)' : 'a ZIP archive';
}

function isBinary(sample: Buffer): boolean {
  if (hasUtf16Shape(sample)) return false;
  let controls = 0;
  for (const byte of sample) {
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 26)) controls++;
  }
  return controls >= CONTROL_BYTES_MIN && controls > sample.length * CONTROL_SHARE_MAX;
}

/** Whether the bytes carry a UTF-16 mark, or read as UTF-16 Latin text: every second byte is 0. */
export function hasUtf16Shape(sample: Buffer): false | 'utf-16le' | 'utf-16be' {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  const zeros: [number, number] = [0, 0];
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] === 0) zeros[i % 2 === 0 ? 0 : 1]++;
  }
  const enough = Math.max(2, sample.length * 0.35);
  if (zeros[1] >= enough && zeros[0] * 20 < zeros[1]) return 'utf-16le';
  if (zeros[0] >= enough && zeros[1] * 20 < zeros[0]) return 'utf-16be';
  return false;
}
