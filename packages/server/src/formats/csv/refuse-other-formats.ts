import { FileProblem } from '../file-problem.ts';
import { wideEncoding } from './wide-encoding.ts';

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
  if (wideEncoding(sample) !== null) return false;
  let controls = 0;
  for (const [at, byte] of sample.entries()) {
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 26 && !isShift(sample, at))) controls++;
  }
  return controls >= CONTROL_BYTES_MIN && controls > sample.length * CONTROL_SHARE_MAX;
}

/** How ISO-2022-JP leaves ASCII and comes back: an escape before $ or (. */
function isShift(sample: Buffer, at: number): boolean {
  return sample[at] === 0x1b && (sample[at + 1] === 0x24 || sample[at + 1] === 0x28);
}
