import chardet from 'chardet';
import { openTextDecoder } from './text-decoder.ts';

/** One way to read a file, with some of its texts as they would be. */
export interface LikelyEncoding {
  /** As `encoding` takes it. */
  readonly name: string;
  readonly title: string;
  readonly samples: readonly string[];
}

/** In the order in which they are met; of two that read a file alike the first is offered. */
const CANDIDATES: readonly (readonly [string, string])[] = [
  ['windows-1252', 'Western Europe (Windows)'],
  ['windows-1250', 'Central Europe (Windows)'],
  ['windows-1251', 'Cyrillic (Windows)'],
  ['windows-1254', 'Turkish (Windows)'],
  ['windows-1253', 'Greek (Windows)'],
  ['windows-1257', 'Baltic (Windows)'],
  ['windows-1255', 'Hebrew (Windows)'],
  ['windows-1256', 'Arabic (Windows)'],
  ['windows-1258', 'Vietnamese (Windows)'],
  ['windows-874', 'Thai (Windows)'],
  ['iso-8859-15', 'Western Europe (ISO)'],
  ['iso-8859-2', 'Central Europe (ISO)'],
  ['iso-8859-5', 'Cyrillic (ISO)'],
  ['iso-8859-7', 'Greek (ISO)'],
  ['iso-8859-13', 'Baltic (ISO)'],
  ['iso-8859-16', 'Romanian (ISO)'],
  ['koi8-r', 'Russian (KOI8-R)'],
  ['koi8-u', 'Ukrainian (KOI8-U)'],
  ['macintosh', 'Western Europe (Mac)'],
  ['maccenteuro', 'Central Europe (Mac)'],
  ['maccyrillic', 'Cyrillic (Mac)'],
  ['macgreek', 'Greek (Mac)'],
  ['macturkish', 'Turkish (Mac)'],
  ['cp850', 'Western Europe (DOS)'],
  ['cp852', 'Central Europe (DOS)'],
  ['cp866', 'Cyrillic (DOS)'],
  ['shift_jis', 'Japanese (Shift-JIS)'],
  ['euc-jp', 'Japanese (EUC)'],
  ['iso-2022-jp', 'Japanese (ISO-2022-JP)'],
  ['gb18030', 'Chinese, simplified (GB18030)'],
  ['big5', 'Chinese, traditional (Big5)'],
  ['euc-kr', 'Korean (EUC-KR)'],
];
const MANY_BYTES = new Set(['shift_jis', 'euc-jp', 'iso-2022-jp', 'gb18030', 'big5', 'euc-kr']);

const OFFERED_MAX = 12;
const SAMPLES = 3;
const SAMPLE_CHARS_MAX = 60;
const LINES_MAX = 400;
/** Of one line, and of all that are looked at. */
const LINE_BYTES_MAX = 1_024;
const BYTES_MAX = 16_384;
/** Share of texts that have to look like words, beside the best reading. */
const BEHIND_MAX = 0.45;

/** The likely encodings of lines that are in none that can be told for certain, the most likely first. */
export function likelyEncodings(lines: readonly Buffer[]): LikelyEncoding[] {
  const judged = judgedLines(lines);
  const shown = tellingLines(judged);
  const guesses = new Map(
    chardet.analyse(Buffer.concat(judged)).map((one) => [one.name.toLowerCase(), one.confidence]),
  );
  const readings = CANDIDATES.map(([name, title]) => {
    const texts = judged.map((line) => openTextDecoder(name).decode(line));
    return { name, title, texts, score: plausibility(texts) + (guesses.get(name) ?? 0) / 500 };
  }).filter(({ score }) => score > 0);
  const best = Math.max(...readings.map(({ score }) => score));
  const seen = new Set<string>();
  return readings
    .filter(({ texts, score }) => {
      const whole = texts.join('\n');
      const isNew = !seen.has(whole);
      seen.add(whole);
      return isNew && score >= best - BEHIND_MAX;
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, OFFERED_MAX)
    .map(({ name, title, texts }) => ({ name, title, samples: shown.map((at) => sampleOf(texts[at] ?? '')) }));
}

function judgedLines(lines: readonly Buffer[]): Buffer[] {
  let left = BYTES_MAX;
  return lines.slice(0, LINES_MAX).flatMap((line) => {
    const part = line.subarray(0, Math.min(LINE_BYTES_MAX, left));
    left -= part.length;
    return part.length === 0 ? [] : [part];
  });
}

/** Whether a reading is one of two bytes a character, of which some happen to be valid UTF-8. */
export function isManyBytes({ name }: LikelyEncoding): boolean {
  return MANY_BYTES.has(name);
}

/** Places of the lines that together have the most different bytes beyond ASCII. */
function tellingLines(lines: readonly Buffer[]): number[] {
  const chosen: number[] = [];
  const seen = new Set<number>();
  while (chosen.length < Math.min(SAMPLES, lines.length)) {
    let best = { at: -1, gain: -1 };
    lines.forEach((line, at) => {
      if (chosen.includes(at)) return;
      const gain = new Set(line.filter((byte) => byte >= 0x80 && !seen.has(byte))).size;
      if (gain > best.gain) best = { at, gain };
    });
    for (const byte of lines[best.at] ?? []) seen.add(byte);
    chosen.push(best.at);
  }
  return chosen.sort((a, b) => a - b);
}

const CELL_ENDS = /[,;\t|"]+/;

/** The cells of a line that hold more than ASCII. */
function sampleOf(line: string): string {
  const cells = line.split(CELL_ENDS).filter((cell) => !isAscii(cell));
  return cells.join(' · ').trim().slice(0, SAMPLE_CHARS_MAX);
}

/** Scripts whose letters do not stand together in one word. */
const SCRIPTS = [
  /^[\p{Script=Latin}\p{M}]+$/u,
  /^\p{Script=Cyrillic}+$/u,
  /^\p{Script=Greek}+$/u,
  /^[\p{Script=Hebrew}\p{M}]+$/u,
  /^[\p{Script=Arabic}\p{M}]+$/u,
  /^[\p{Script=Thai}\p{M}]+$/u,
  /^\p{Script=Hangul}+$/u,
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々・]+$/u,
];
/** All small, all capital, or a capital first. */
const CASES = /^(?:\p{Lu}?[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|\p{Lu}[\p{Lu}\p{M}]*|[\p{Lo}\p{Lm}\p{M}]+)$/u;
/** No text of a table holds these: control characters, what is not assigned, and what stands for nothing. */
const NOWHERE = /[\uFFFD\p{Cn}\p{Co}]|(?![\t\r\n\x1A])\p{Cc}/u;

/** Share of the words beyond ASCII that look like words, 0 to 1; less where characters are none. */
function plausibility(lines: readonly string[]): number {
  const words = lines.flatMap((line) => line.split(/[\s,;|"()/.:]+/)).filter((word) => !isAscii(word));
  if (words.length === 0) return 0;
  const worth = words.reduce((sum, word) => sum + worthOf(word), 0);
  return worth / words.length;
}

function worthOf(word: string): number {
  if (NOWHERE.test(word)) return -1;
  const parts = word.split(/[-'’`‘´]+/).filter((part) => part !== '' && !isAscii(part));
  const isWord = parts.every((part) => CASES.test(part) && SCRIPTS.some((script) => script.test(part)));
  return isWord ? 1 : 0;
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7F]*$/.test(text);
}
