import { FileProblem } from '../file-problem.ts';
import { CsvTokenizer } from './tokenize.ts';
import type { CsvRecord } from './tokenize.ts';

const CANDIDATES = [',', ';', '\t', '|'] as const;
const GUESS_CHARS_MAX = 16_384;
const GUESS_RECORDS_MAX = 20;

/** The delimiter under which the first records agree best on a width above one. */
export function guessDelimiter(text: string): string {
  const sample = text.slice(0, GUESS_CHARS_MAX);
  const scores = CANDIDATES.map((delimiter) => agreement(firstRecords(sample, delimiter)));
  const best = Math.max(...scores);
  return CANDIDATES[scores.indexOf(best)] ?? ',';
}

/** A first line `sep=;` is a spreadsheet's way to state the delimiter; `length` is what to skip. */
export function statedDelimiter(text: string): { delimiter: string; length: number } | undefined {
  const match = /^"?sep=([^\r\n"])"?(?:[,;\t]*)(?:\r\n|\n|\r)/i.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { delimiter: match[1], length: match[0].length };
}

function firstRecords(sample: string, delimiter: string): CsvRecord[] {
  const tokenizer = new CsvTokenizer(delimiter);
  try {
    const records = tokenizer.push(sample);
    return (records.length > 1 ? records : records.concat(tokenizer.end())).slice(0, GUESS_RECORDS_MAX);
  } catch (error) {
    if (error instanceof FileProblem) return [];
    throw error;
  }
}

/** Share of records as wide as the header, weighted by that width; stray quotes count against. */
function agreement(records: readonly CsvRecord[]): number {
  const width = records[0]?.cells.length ?? 0;
  if (width < 2) return 0;
  const agreeing = records.filter((r) => r.cells.length === width && !r.hasBadQuote).length;
  return (agreeing / records.length) * Math.log2(width);
}
