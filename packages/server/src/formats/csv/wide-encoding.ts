import iconv from 'iconv-lite';

export const WIDE_ENCODINGS = ['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'] as const;
export type WideEncoding = (typeof WIDE_ENCODINGS)[number];

/** The marks of four bytes come first: that of UTF-32 begins like that of UTF-16. */
const MARKS: readonly (readonly [WideEncoding, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Share of characters that are ASCII in the thinnest table: its delimiters and line ends. */
const ASCII_SHARE_MIN = 0.08;
const JUDGED_BYTES_MAX = 16_384;

/** The encoding of two or four bytes a character that the bytes are in, by their mark or clearly by their shape. */
export function wideEncoding(sample: Buffer): { encoding: WideEncoding; markLength: number } | null {
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => sample[at] === byte));
  if (marked !== undefined) return { encoding: marked[0], markLength: marked[1].length };
  const judged = sample.subarray(0, JUDGED_BYTES_MAX - (JUDGED_BYTES_MAX % 4));
  const found = shapeOf(judged);
  return found !== null && isText(judged, found) ? { encoding: found, markLength: 0 } : null;
}

/** By where the zero bytes stand: the upper halves of ASCII characters. */
function shapeOf(sample: Buffer): WideEncoding | null {
  const zeros: [number, number, number, number] = [0, 0, 0, 0];
  for (let at = 0; at < sample.length; at++) {
    if (sample[at] === 0) zeros[at % 4 === 0 ? 0 : at % 4 === 1 ? 1 : at % 4 === 2 ? 2 : 3]++;
  }
  const [first, second, third, fourth] = zeros;
  const quads = Math.floor(sample.length / 4);
  if (quads > 1 && fourth >= quads * 0.98 && third >= quads * 0.95) return 'utf-32le';
  if (quads > 1 && first >= quads * 0.98 && second >= quads * 0.95) return 'utf-32be';
  const enough = Math.max(2, (sample.length / 2) * ASCII_SHARE_MIN);
  const [even, odd] = [first + third, second + fourth];
  if (odd >= enough && even * 20 <= odd) return 'utf-16le';
  if (even >= enough && odd * 20 <= even) return 'utf-16be';
  return null;
}

/** Read like that it is a table of characters that exist. */
function isText(sample: Buffer, encoding: WideEncoding): boolean {
  const width = encoding.startsWith('utf-32') ? 4 : 2;
  const text = iconv.decode(sample.subarray(0, sample.length - (sample.length % width)), encoding);
  const body = text.replace(/[\uD800-\uDBFF]$/, '');
  return /[\r\n,;\t]/.test(body) && !/[\p{Cn}\p{Cs}\p{Co}]|(?![\t\r\n\f\x1A])\p{Cc}/u.test(body);
}
