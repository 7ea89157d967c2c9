/** P8: how long pages take while two other organizations import. */
import { setTimeout as sleep } from 'node:timers/promises';
import { operationPreview } from '@muster/contract';
import type { Client, Shape } from '../client.ts';
import { importPeople, start, untilDone, untilPlanned } from '../operations.ts';
import { percentile95, type Figure } from '../figures.ts';
import { startMuster, type Bench } from '../processes.ts';
import { aSchool, signInTo } from '../school.ts';
import type { Import } from './imports.ts';

const PAGES_IDLE = 200;
const PAGE = 50;
const PAUSE_MS = 20;

/** @param large - The import whose people and preview are read. @param file - What the others import meanwhile. */
export async function readingFigures(bench: Bench, large: Import, file: File): Promise<Figure[]> {
  const server = await startMuster(bench, 'serve', '--port', '0');
  try {
    const client = await signInTo(server.address, large.school);
    const pages = await pagesOf(client, large);
    const idle = await readPages(pages, (count) => count < PAGES_IDLE);
    let busy = true;
    const others = Promise.all([1, 2].map(() => importElsewhere(bench, server.address, file))).finally(() => {
      busy = false;
    });
    const during = await readPages(pages, () => busy);
    await others;
    return pages.map(({ name }, at): Figure => {
      const limit = percentile95(idle[at] ?? []);
      const measured = percentile95(during[at] ?? []);
      const work = `p95 of a page of ${name} during two imports`;
      return { id: 'P8', work, measured, unit: 'ms', limit, bar: 3 };
    });
  } finally {
    await server.stop();
  }
}

interface Page {
  readonly name: string;
  read(no: number): Promise<unknown>;
}

/** Of a page of people only the place of the next one matters here. */
const nextCursor: Shape<string | null> = {
  parse: (page) =>
    typeof page === 'object' && page !== null && 'next_cursor' in page && typeof page.next_cursor === 'string'
      ? page.next_cursor
      : null,
};

/** Pages from all over: of people by following the cursors, of the preview by item number. */
async function pagesOf(client: Client, { operation, rows }: Import): Promise<Page[]> {
  const preview = `/api/bulk/operations/${operation.id}/preview?limit=${PAGE}`;
  let cursor: string | null = null;
  return [
    {
      name: 'people',
      read: async () => {
        const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        cursor = await client.get(nextCursor, `/api/users?limit=${PAGE}${after}`);
      },
    },
    {
      name: 'the preview',
      read: (no) => client.get(operationPreview, `${preview}&cursor=${(no * 7919) % Math.max(1, rows - PAGE)}`),
    },
  ];
}

/** Milliseconds of each reading, by page. */
async function readPages(pages: readonly Page[], goesOn: (count: number) => boolean): Promise<number[][]> {
  const times: number[][] = pages.map(() => []);
  for (let count = 0; goesOn(count); count++) {
    for (const [at, page] of pages.entries()) {
      const began = performance.now();
      await page.read(count);
      times[at]?.push(performance.now() - began);
    }
    await sleep(PAUSE_MS);
  }
  return times;
}

/** An import of a new organization, from upload to end. */
export async function importElsewhere(bench: Bench, address: string, file: File): Promise<void> {
  const client = await signInTo(address, await aSchool(bench));
  const staged = await importPeople(client, file);
  await start(client, await untilPlanned(client, staged.id));
  await untilDone(client, staged.id);
}
