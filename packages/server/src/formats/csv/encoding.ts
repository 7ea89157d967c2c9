import { isUtf8 } from 'node:buffer';
import chardet from 'chardet';
import iconv from 'iconv-lite';
import { FileProblem } from '../file-problem.ts';
import { hasUtf16Shape } from './refuse-other-formats.ts';

/** Which encoding a file is read in, and how that was found. */
export interface EncodingChoice {
  encoding: string;
  bomLength: number;
  /** `guessed` is a hint that people should confirm; `shape` is UTF-16 without a mark. */
  source: 'stated' | 'bom' | 'utf-8' | 'shape' | 'guessed';
}

/** Turns bytes that arrive in pieces into text. */
export interface TextDecoding {
  decode: (bytes: Buffer) => string;
  /** Throws FileProblem `encoding_broken` when the file ends within a character. */
  end: () => string;
}

const BOMS: readonly (readonly [string, Buffer])[] = [
  ['utf-8', Buffer.from([0xef, 0xbb, 0xbf])],
  ['utf-16le', Buffer.from([0xff, 0xfe])],
  ['utf-16be', Buffer.from([0xfe, 0xff])],
];

/** Encodings that a guess may name: all of them have ASCII as their lower half. */
const GUESSABLE = /^(?:windows-125\d|ISO-8859-\d+|KOI8-R|Shift_JIS|EUC-JP|EUC-KR|GB18030|Big5)$/;
/** chardet gives right guesses 30 to 46 of 100 on short tables, and wrong ones mostly below 20. */
const CONFIDENCE_MIN = 25;

/**
 * A byte order mark decides, then what the caller states, then strict UTF-8, then a guess.
 *
 * @param isWhole - Whether the sample is the whole file; if not, it may end within a character.
 * @throws FileProblem `encoding_unknown`
 */
export function chooseEncoding(sample: Buffer, isWhole: boolean, stated?: string): EncodingChoice {
  if (stated !== undefined && !iconv.encodingExists(stated)) {
    throw new FileProblem('encoding_unknown', { found: stated });
  }
  const bom = BOMS.find(([, mark]) => sample.subarray(0, mark.length).equals(mark));
  if (bom !== undefined) return { encoding: bom[0], bomLength: bom[1].length, source: 'bom' };
  if (stated !== undefined) return { encoding: stated, bomLength: 0, source: 'stated' };
  const shape = hasUtf16Shape(sample);
  if (shape !== false) return { encoding: shape, bomLength: 0, source: 'shape' };
  if (isUtf8(isWhole ? sample : sample.subarray(0, wholeCharacters(sample)))) {
    return { encoding: 'utf-8', bomLength: 0, source: 'utf-8' };
  }
  return { encoding: guessEncoding(sample), bomLength: 0, source: 'guessed' };
}

/** Node's own windows-1252 decoder gets 0x80 to 0x9F wrong, so iconv-lite decodes all but UTF-8. */
export function openDecoder({ encoding, bomLength }: EncodingChoice): TextDecoding {
  if (/^utf-?8$/i.test(encoding)) return openUtf8Decoder(bomLength);
  const decoder = iconv.getDecoder(encoding, { stripBOM: true });
  return { decode: (bytes) => decoder.write(bytes), end: () => decoder.end() ?? '' };
}

/** Bytes that are nearly UTF-8 are taken as such, so that the broken one is named, not garbled. */
function guessEncoding(sample: Buffer): string {
  const [best] = chardet.analyse(sample);
  if (best === undefined || best.confidence < CONFIDENCE_MIN) return 'windows-1252';
  if (best.name === 'UTF-8') return 'utf-8';
  const isWestern = best.name === 'ISO-8859-1' || !GUESSABLE.test(best.name);
  return isWestern ? 'windows-1252' : best.name.toLowerCase();
}

function openUtf8Decoder(bomLength: number): TextDecoding {
  let waiting: Buffer = Buffer.alloc(0);
  let offset = 0;
  const take = (bytes: Buffer, length: number): string => {
    const whole = bytes.subarray(0, length);
    if (!isUtf8(whole)) throw brokenUtf8(whole, offset);
    const text = whole.toString('utf8', offset === 0 ? bomLength : 0);
    offset += length;
    waiting = bytes.subarray(length);
    return text;
  };
  return {
    decode(piece) {
      const bytes = waiting.length === 0 ? piece : Buffer.concat([waiting, piece]);
      return take(bytes, wholeCharacters(bytes));
    },
    end: () => take(waiting, waiting.length),
  };
}

/** Length without a character that is cut off at the end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

function brokenUtf8(bytes: Buffer, offset: number): FileProblem {
  const again = Buffer.from(bytes.toString('utf8'));
  const at = bytes.findIndex((byte, i) => byte !== again[i]);
  const found = `0x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
  return new FileProblem('encoding_broken', { byte: offset + at, expected: 'UTF-8', found });
}
