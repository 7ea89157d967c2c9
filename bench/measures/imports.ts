/** P1, P2, P3, P6, P7, P11: a file of people in, in again, and out. */
import { openAsBlob } from 'node:fs';
import * as path from 'node:path';
import type { BulkOperation } from '@muster/contract';
import type { Client } from '../client.ts';
import { importPeople, start, undo, untilDone, untilPlanned } from '../operations.ts';
import { timed, type Figure } from '../figures.ts';
import { copyUsersSeconds } from '../limits.ts';
import { writePeople } from '../people.ts';
import { startMuster, type Bench } from '../processes.ts';
import { aSchool, signInTo, type School } from '../school.ts';

export interface Import {
  readonly school: School;
  readonly operation: BulkOperation;
  readonly file: File;
  readonly rows: number;
  readonly seconds: number;
  /** Highest memory of all our processes meanwhile, in MB. */
  readonly peakMb: number;
  /** Seconds without a progress event, longest first; and how many came. */
  readonly events: { readonly count: number; readonly longestGapSeconds: number };
}

/** A file of so many people, the same each time. */
export async function peopleFile(bench: Bench, rows: number): Promise<File> {
  const name = path.join(bench.folder, `people-${rows}.csv`);
  await writePeople(name, rows);
  return new File([await openAsBlob(name)], 'people.csv', { type: 'text/csv' });
}

/** Into a new organization, by a new server process, so that its memory is that of this import. */
export async function measureImport(bench: Bench, rows: number): Promise<Import> {
  const file = await peopleFile(bench, rows);
  const school = await aSchool(bench);
  // What was measured before is written to the disk first, and not during this.
  await bench.owner.query('checkpoint');
  const server = await startMuster(bench, 'serve', '--port', '0');
  try {
    const client = await signInTo(server.address, school);
    const { seconds, result } = await timed(() => importFile(client, file));
    const { operation } = result;
    if (operation.successful_items !== rows) throw new Error(`${operation.successful_items} of ${rows} were imported.`);
    const events = await result.events;
    return { school, operation, file, rows, seconds, peakMb: server.peakMb(), events };
  } finally {
    await server.stop();
  }
}

/** Resolves when it is completed; the stream of its events ends by itself a little later. */
async function importFile(
  client: Client,
  file: File,
): Promise<{ operation: BulkOperation; events: Promise<Import['events']> }> {
  const staged = await importPeople(client, file);
  const events = watch(client, staged.id);
  const planned = await untilPlanned(client, staged.id);
  await start(client, planned);
  const operation = await untilDone(client, staged.id);
  return { operation, events };
}

/** Reads the server-sent events of an operation until it ends. */
async function watch(client: Client, id: string): Promise<Import['events']> {
  const stream = await client.open(`/api/bulk/operations/${id}/stream`);
  let last = performance.now();
  let [count, longest] = [0, 0];
  const reader = stream.body?.getReader();
  while (reader !== undefined && !(await reader.read()).done) {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    count += 1;
  }
  return { count, longestGapSeconds: longest / 1000 };
}

/** Seconds of COPY of the rows of P1. What it writes stays in the tables: what can be measured without it comes before. */
export async function copySeconds(bench: Bench, p1: Import): Promise<number> {
  return copyUsersSeconds(bench, p1.school.orgId);
}

export function importFigures(p1: Import, limit: number): Figure[] {
  const { count, longestGapSeconds } = p1.events;
  return [
    { id: 'P1', work: `import ${p1.rows} people`, measured: p1.seconds, unit: 's', limit, bar: 2.8 },
    {
      id: 'P11',
      work: 'progress events meanwhile',
      measured: count / p1.seconds,
      unit: '/s',
      bar: 1,
      note: `longest silence ${longestGapSeconds.toFixed(2)} s`,
    },
  ];
}

/** P6, in the organization of P1. Its limit is given afterwards: {@link copySeconds}. */
export async function againFigures(bench: Bench, p1: Import): Promise<Omit<Figure, 'limit'>[]> {
  return inSchoolOf(bench, p1, async (client) => {
    const { seconds, result } = await timed(() => importFile(client, p1.file));
    await result.events;
    const { skipped_items: skipped } = result.operation;
    if (skipped !== p1.rows) throw new Error(`Only ${skipped} of ${p1.rows} rows were found unchanged.`);
    return [
      { id: 'P6', work: 'the same file again', measured: seconds, unit: 's', bar: 1.3, note: `${skipped} unchanged` },
    ];
  });
}

/** P7, in the organization of P1, whose people are gone then. */
export async function undoFigures(bench: Bench, p1: Import, limit: number): Promise<Figure[]> {
  return inSchoolOf(bench, p1, async (client) => {
    const { seconds, result } = await timed(async () => untilDone(client, (await undo(client, p1.operation.id)).id));
    const { successful_items: undone } = result;
    if (undone !== p1.rows) throw new Error(`Only ${undone} of ${p1.rows} rows were undone.`);
    return [
      { id: 'P7', work: 'undo of the import', measured: seconds, unit: 's', limit, bar: 2.5, note: `${undone} undone` },
    ];
  });
}

async function inSchoolOf<T>(bench: Bench, { school }: Import, work: (client: Client) => Promise<T>): Promise<T> {
  await bench.owner.query('checkpoint');
  const server = await startMuster(bench, 'serve', '--port', '0');
  try {
    return await work(await signInTo(server.address, school));
  } finally {
    await server.stop();
  }
}

export function largeFigures(p1: Import, p2: Import): Figure[] {
  return [
    { id: 'P2', work: `import ${p2.rows} people`, measured: p2.seconds, unit: 's', limit: p1.seconds, bar: 11 },
    { id: 'P3', work: 'memory of that', measured: p2.peakMb, unit: 'MB', bar: 250 },
    { id: 'P3', work: 'memory of that to P1', measured: p2.peakMb, unit: 'MB', limit: p1.peakMb, bar: 1.2 },
  ];
}
