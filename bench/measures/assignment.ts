/** P4: one sequence to many students, in chunks of 100. */
import { createOperation, getOperation, start, untilDone } from '../operations.ts';
import { timed, type Figure } from '../figures.ts';
import { insertAssignmentsSeconds } from '../limits.ts';
import { startMuster, type Bench } from '../processes.ts';
import { addSequence, addStudents, aSchool, signInTo } from '../school.ts';

const STEPS = 8;

export async function assignmentFigures(bench: Bench, students: number): Promise<Figure[]> {
  const school = await aSchool(bench);
  await addStudents(bench, school, students);
  const sequence = await addSequence(bench, school, STEPS);
  const server = await startMuster(bench, 'serve', '--port', '0');
  try {
    const client = await signInTo(server.address, school);
    const planning = await timed(() =>
      createOperation(client, {
        operation_type: 'assign_sequence',
        operation_name: 'Fractions for all',
        parameters: { target: { selection: { grade_level: '7' } }, content_payload: { sequence_ids: [sequence] } },
      }),
    );
    const { id } = planning.result;
    const applying = await timed(async () => {
      await start(client, await getOperation(client, id));
      return untilDone(client, id);
    });
    const { successful_items: given } = applying.result;
    if (given !== students) throw new Error(`${given} of ${students} students were given the sequence.`);
    const limit = await insertAssignmentsSeconds(bench, school.orgId);
    return [
      { id: 'P4', work: `plan a sequence for ${students}`, measured: planning.seconds, unit: 's', bar: 1 },
      { id: 'P4', work: `give it, with ${STEPS} steps each`, measured: applying.seconds, unit: 's', limit, bar: 15 },
    ];
  } finally {
    await server.stop();
  }
}
