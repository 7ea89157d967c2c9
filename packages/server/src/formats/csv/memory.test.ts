import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { openCsv } from './read-csv.ts';
import { writeCsv } from './write-csv.ts';

const ROW = ['x123456', 'ana.smith@example.org', 'Ana "A" Smith', 'student', 'north', '0012345'];

function* rows(count: number): Generator<readonly string[]> {
  for (let i = 0; i < count; i++) yield ROW;
}

/** Highest heap seen while a file of `count` rows is written and read at once, in bytes. */
async function heapPeak(count: number): Promise<number> {
  const file = await openCsv(Readable.from(writeCsv(['a', 'b', 'c', 'd', 'e', 'f'], rows(count))));
  let peak = 0;
  let read = 0;
  for await (const block of file.blocks) {
    read += block.length;
    peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  expect(read).toBe(count);
  return peak;
}

it('four times the file takes no more memory', async () => {
  await heapPeak(20_000);
  const small = await heapPeak(75_000);
  const large = await heapPeak(300_000);
  expect(large - small).toBeLessThan(20_000_000);
});
