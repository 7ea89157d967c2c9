/** P5: many students into several batches with capacity, each under a plan of their own. */
import { timed, type Figure } from '../figures.ts';
import { insertEnrollmentsSeconds } from '../limits.ts';
import { createOperation, start, untilDone, untilPlanned } from '../operations.ts';
import { startMuster, type Bench } from '../processes.ts';
import { addBatches, addStudents, aSchool, signInTo } from '../school.ts';

const BATCHES = 10;

export async function enrollmentFigures(bench: Bench, students: number): Promise<Figure[]> {
  const school = await aSchool(bench);
  const studentIds = await addStudents(bench, school, students);
  const batchIds = await addBatches(bench, school, { count: BATCHES, capacity: students });
  const server = await startMuster(bench, 'serve', '--port', '0');
  try {
    const client = await signInTo(server.address, school);
    const made = await createOperation(client, {
      operation_type: 'enroll',
      operation_name: 'Everybody everywhere',
      parameters: { user_ids: studentIds, assignments: batchIds.map((batch) => ({ package_session_id: batch })) },
    });
    const planned = await untilPlanned(client, made.id);
    const applying = await timed(async () => {
      await start(client, planned);
      return untilDone(client, planned.id);
    });
    const { failed_items: failed, successful_items: enrolled } = applying.result;
    const pairs = students * BATCHES;
    // The default invites are items too.
    if (failed !== 0 || enrolled !== pairs + BATCHES)
      throw new Error(`${enrolled} of ${pairs} pairs were enrolled, ${failed} failed.`);
    return [
      {
        id: 'P5',
        work: `enroll ${students} into ${BATCHES} batches`,
        measured: applying.seconds,
        unit: 's',
        limit: await insertEnrollmentsSeconds(bench, school.orgId),
        bar: 2,
      },
    ];
  } finally {
    await server.stop();
  }
}
