/** P12: how soon another worker goes on with the operation of one that was killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../client.ts';
import { getOperation, importPeople, start, untilDone, untilPlanned } from '../operations.ts';
import type { Figure } from '../figures.ts';
import { startMuster, type Bench } from '../processes.ts';
import { aSchool, signInTo } from '../school.ts';

const POLL_MS = 20;

export async function takeoverFigures(bench: Bench, file: File): Promise<Figure[]> {
  const server = await startMuster(bench, 'serve', '--port', '0', '--no-worker');
  const victim = await startMuster(bench, 'work');
  const heir = await startMuster(bench, 'work');
  try {
    const client = await signInTo(server.address, await aSchool(bench));
    const staged = await importPeople(client, file);
    const planned = await untilPlanned(client, staged.id);
    // Held still, so that it is the other one's work.
    heir.process.kill('SIGSTOP');
    await start(client, planned);
    await untilProcessed(client, staged.id, 0);
    victim.process.kill('SIGKILL');
    heir.process.kill('SIGCONT');
    const began = performance.now();
    const { processed_items: before } = await getOperation(client, staged.id);
    await untilProcessed(client, staged.id, before);
    const measured = (performance.now() - began) / 1000;
    const done = await untilDone(client, staged.id);
    return [
      {
        id: 'P12',
        work: 'work goes on after kill -9 of its worker',
        measured,
        unit: 's',
        bar: 10,
        note: `killed at ${before}, ended with ${done.successful_items} of ${done.total_items}`,
      },
    ];
  } finally {
    await heir.stop();
    await server.stop();
  }
}

/** Until more items are worked, or there is nothing left to work. */
async function untilProcessed(client: Client, id: string, more: number): Promise<void> {
  for (;;) {
    const { processed_items: processed, phase } = await getOperation(client, id);
    if (processed > more || phase === 'done') return;
    await sleep(POLL_MS);
  }
}
