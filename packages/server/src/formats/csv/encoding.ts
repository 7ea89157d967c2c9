import { isUtf8 } from 'node:buffer';
import { FileProblem } from '../file-problem.ts';
import { isManyBytes, likelyEncodings } from './likely-encodings.ts';
import { isKnownEncoding, openTextDecoder, type PieceDecoder } from './text-decoder.ts';
import { wideEncoding } from './wide-encoding.ts';

/** Which encoding a file is read in. */
export interface EncodingChoice {
  encoding: string;
  bomLength: number;
  /** Whether somebody said so. */
  isStated: boolean;
}

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** How ISO-2022-JP leaves ASCII: nothing else that is a table holds it. */
const ESCAPED = /\x1B(?:\$[@B]|\([IJ])/;

/**
 * A byte order mark decides, then what the caller states, then the shape of UTF-16, then strict UTF-8. Anything else is for
 * a person to say: the encodings of this world look alike to a program.
 *
 * @param isWhole - Whether the sample is the whole file; if not, it may end within a character.
 * @throws FileProblem `encoding_unknown`, `encoding_unclear` with the likely ones, `encoding_mixed` with the odd lines.
 */
export function chooseEncoding(sample: Buffer, isWhole: boolean, stated?: string): EncodingChoice {
  if (stated !== undefined && !isKnownEncoding(stated)) throw new FileProblem('encoding_unknown', { found: stated });
  const wide = wideEncoding(sample);
  if (wide !== null && wide.markLength > 0) return choiceOf(wide.encoding, wide.markLength);
  if (sample.subarray(0, UTF8_MARK.length).equals(UTF8_MARK)) return choiceOf('utf-8', UTF8_MARK.length);
  if (stated !== undefined) return { encoding: stated, bomLength: 0, isStated: true };
  if (wide !== null) return choiceOf(wide.encoding, 0);
  const isEscaped = ESCAPED.test(sample.toString('latin1'));
  if (!isEscaped && isUtf8(isWhole ? sample : sample.subarray(0, wholeCharacters(sample)))) return choiceOf('utf-8', 0);
  throw notUtf8(linesOf(sample, isWhole), 1, isEscaped);
}

function choiceOf(encoding: string, bomLength: number): EncodingChoice {
  return { encoding, bomLength, isStated: false };
}

export function openDecoder(choice: EncodingChoice): PieceDecoder {
  return /^utf-?8$/i.test(choice.encoding) ? openUtf8Decoder(choice) : openTextDecoder(choice.encoding);
}

/** Whole lines; of a sample that breaks off without the last one. */
function linesOf(bytes: Buffer, isWhole: boolean): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 10 && bytes[at] !== 13) continue;
    lines.push(bytes.subarray(from, at));
    if (bytes[at] === 13 && bytes[at + 1] === 10) at++;
    from = at + 1;
  }
  if (isWhole || lines.length === 0) lines.push(bytes.subarray(from));
  return lines;
}

const ODD_LINES_MAX = 10;
/** Share of lines that may be valid UTF-8 by chance where characters have two bytes. */
const CHANCE_SHARE = 0.3;

/** @param lineFirst - Number of the first line in the file. */
function notUtf8(lines: readonly Buffer[], lineFirst: number, isEscaped = false): FileProblem {
  const isAscii = (line: Buffer): boolean => !line.some((byte) => byte >= 0x80);
  const numbered = lines.map((bytes, at) => ({ bytes, line: lineFirst + at }));
  const beyond = isEscaped
    ? numbered.filter(({ bytes }) => bytes.includes(0x1b))
    : numbered.filter(({ bytes }) => !isAscii(bytes));
  const odd = isEscaped ? beyond : beyond.filter(({ bytes }) => !isUtf8(bytes));
  const encodings = likelyEncodings((odd.length === 0 ? beyond : odd).map(({ bytes }) => bytes));
  const proper = beyond.length - odd.length;
  const chance = encodings.slice(0, 3).some(isManyBytes) ? CHANCE_SHARE * beyond.length : 0;
  if (odd.length > 0 && proper > chance) {
    const named = odd.slice(0, ODD_LINES_MAX).map(({ line }) => line);
    return new FileProblem('encoding_mixed', { lines: named, more: odd.length - named.length, expected: 'UTF-8' });
  }
  return new FileProblem('encoding_unclear', { encodings });
}

function openUtf8Decoder({ bomLength, isStated }: EncodingChoice): PieceDecoder {
  let waiting: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 1;
  let isAsciiSoFar = true;
  const take = (bytes: Buffer, length: number): string => {
    const whole = bytes.subarray(0, length);
    if (!isUtf8(whole)) {
      const isSaid = isStated || bomLength > 0 || !isAsciiSoFar;
      throw isSaid ? brokenUtf8(whole, offset, line) : notUtf8(linesOf(whole, true), line);
    }
    const text = whole.toString('utf8', offset === 0 ? bomLength : 0);
    isAsciiSoFar &&= text.length === whole.length;
    line += lineEndsIn(whole);
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

function lineEndsIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
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

function brokenUtf8(bytes: Buffer, offset: number, lineFirst: number): FileProblem {
  const again = Buffer.from(bytes.toString('utf8'));
  const at = bytes.findIndex((byte, i) => byte !== again[i]);
  const found = `0x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
  const line = lineFirst + lineEndsIn(bytes.subarray(0, at));
  return new FileProblem('encoding_broken', { byte: offset + at, line, expected: 'UTF-8', found });
}
