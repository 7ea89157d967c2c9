/** P10: four imports of four organizations, worked by one worker process and by two. */
import { timed, type Figure } from '../figures.ts';
import { startMuster, type Bench } from '../processes.ts';
import { importElsewhere } from './reading.ts';

const IMPORTS = 4;

/** Says something where two cores are free, and the database has others. */
export async function workersFigures(bench: Bench, file: File): Promise<Figure[]> {
  const one = await importedBy(bench, file, 1);
  const two = await importedBy(bench, file, 2);
  return [
    {
      id: 'P10',
      work: `${IMPORTS} imports by two workers against one`,
      measured: two,
      unit: 's',
      limit: one,
      // One and a half times as fast.
      bar: 0.67,
      note: `${(one / two).toFixed(2)} times as fast`,
    },
  ];
}

/** @returns seconds from the uploads to the end of the last import. */
async function importedBy(bench: Bench, file: File, count: number): Promise<number> {
  await bench.owner.query('checkpoint');
  const server = await startMuster(bench, 'serve', '--port', '0', '--no-worker');
  const workers = await Promise.all(Array.from({ length: count }, () => startMuster(bench, 'work')));
  try {
    const all = Array.from({ length: IMPORTS }, () => importElsewhere(bench, server.address, file));
    return (await timed(() => Promise.all(all))).seconds;
  } finally {
    for (const running of [...workers, server]) await running.stop();
  }
}
