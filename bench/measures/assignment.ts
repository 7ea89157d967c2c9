/** P4: one sequence to many students, in chunks of 100. */
import { createOperation, start, untilDone, untilPlanned } from '../operations.ts';
import { timed, type Figure } from '../figures.ts';
import { insertAssignmentsSeconds } from '../limits.ts';
import { startMuster, type Bench } from '../processes.ts';
import { addSequence, addStudents, aSchool, signInTo } from '../school.ts';

const STEPS = 8;
/** So many people are confirmed by a click. */
const TYPED_ABOVE = 500;

export async function assignmentFigures(bench: Bench, students: number): Promise<Figure[]> {
  const school = await aSchool(bench);
  await addStudents(bench, school, students);
  const sequence = await addSequence(bench, school, STEPS);
  const server = await startMuster(bench, 'serve', '--port', '0');
  try {
    const client = await signInTo(server.address, school);
    const planning = await timed(async () => {
      const made = await createOperation(client, {
        operation_type: 'assign_sequence',
        operation_name: 'Fractions for all',
        parameters: { target: { selection: { grade_level: '7' } }, content_payload: { sequence_ids: [sequence] } },
      });
      return untilPlanned(client, made.id);
    });
    const { id } = planning.result;
    const applying = await timed(async () => {
      await start(client, planning.result, students > TYPED_ABOVE ? students : undefined);
      return untilDone(client, id);
    });
    const { successful_items: given } = applying.result;
    if (given !== students) throw new Error(`${given} of ${students} students were given the sequence.`);
    const limit = await insertAssignmentsSeconds(bench, school.orgId);
    return [
      { id: 'P4', work: `plan a sequence for ${students}`, measured: planning.seconds, unit: 's', limit, bar: 1.9 },
      { id: 'P4', work: `give it, with ${STEPS} steps each`, measured: applying.seconds, unit: 's', limit, bar: 6 },
    ];
  } finally {
    await server.stop();
  }
}
