/** P9: how long a small operation takes from its confirmation to its result while two other organizations import. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../client.ts';
import { median, type Figure } from '../figures.ts';
import { createOperation, start, untilDone, untilPlanned } from '../operations.ts';
import { startMuster, type Bench } from '../processes.ts';
import { addStudents, aSchool, signInTo } from '../school.ts';
import { importElsewhere } from './reading.ts';

const STUDENTS = 20;
const TIMES_IDLE = 15;
const PAUSE_MS = 100;

export async function smallFigures(bench: Bench, file: File): Promise<Figure[]> {
  const school = await aSchool(bench);
  // Few of many, so that no number has to be typed.
  const studentIds = (await addStudents(bench, school, 10 * STUDENTS)).slice(0, STUDENTS);
  const server = await startMuster(bench, 'serve', '--port', '0');
  try {
    const client = await signInTo(server.address, school);
    const idle = await runAgain(client, studentIds, (count) => count < TIMES_IDLE);
    let busy = true;
    const others = Promise.all([1, 2].map(() => importElsewhere(bench, server.address, file))).finally(() => {
      busy = false;
    });
    // At the least one, however soon they end.
    const during = await runAgain(client, studentIds, (count) => busy || count === 0);
    await others;
    return [
      {
        id: 'P9',
        work: `an operation of ${STUDENTS} during two imports`,
        measured: median(during),
        unit: 'ms',
        limit: median(idle),
        bar: 3,
        note: `median of ${during.length}`,
      },
    ];
  } finally {
    await server.stop();
  }
}

/** Milliseconds of each, confirmation to result. Each sets another grade, so that all have something to do. */
async function runAgain(
  client: Client,
  studentIds: readonly string[],
  goesOn: (count: number) => boolean,
): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; goesOn(count); count++) {
    const made = await createOperation(client, {
      operation_type: 'user_update',
      operation_name: 'Another grade',
      parameters: { target: { student_ids: studentIds }, set: { grade_level: String(5 + (count % 2)) } },
    });
    const planned = await untilPlanned(client, made.id);
    const began = performance.now();
    const started = await start(client, planned);
    if (started.status !== 'completed') await untilDone(client, made.id);
    times.push(performance.now() - began);
    await sleep(PAUSE_MS);
  }
  return times;
}
