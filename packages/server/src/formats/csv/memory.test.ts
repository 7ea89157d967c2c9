import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { openCsv } from './read-csv.ts';
import { writeCsv } from './write-csv.ts';

const ROW = ['x123456', 'ana.smith@example.org', 'Ana "A" Smith', 'student', 'north', '0012345'];
const HEADER = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Bytes that may have been taken from the source and not yet be given on as rows: its sample and a few pieces. */
const AHEAD_MAX = 1_500_000;

/** How far the reading runs ahead of whoever takes the rows, at most, in bytes of the file. */
async function mostAhead(count: number): Promise<number> {
  let taken = 0;
  async function* counted() {
    for await (const piece of writeCsv(HEADER, rows(count))) {
      const bytes = Buffer.from(String(piece));
      taken += bytes.length;
      yield bytes;
    }
  }
  const file = await openCsv(Readable.from(counted(), { objectMode: false }));
  const bytesPerRow = Buffer.byteLength('x123456,ana.smith@example.org,"Ana ""A"" Smith",student,north,0012345\r\n');
  let read = 0;
  let ahead = 0;
  for await (const block of file.blocks) {
    // Whatever would read on by itself gets its turn here.
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    read += block.length;
    ahead = Math.max(ahead, taken - read * bytesPerRow);
  }
  expect(read).toBe(count);
  return ahead;
}

function* rows(count: number): Generator<readonly string[]> {
  for (let i = 0; i < count; i++) yield ROW;
}

it.each([20_000, 150_000])('of a file of %i rows no more is held than the pieces in hand [BO-183]', async (count) => {
  expect(await mostAhead(count)).toBeLessThan(AHEAD_MAX);
});
