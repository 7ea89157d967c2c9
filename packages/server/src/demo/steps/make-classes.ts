import { z } from 'zod';
import type { DemoSchool } from '../school/schools.ts';
import { peopleByExternalId } from './people.ts';
import { ensureRecords, idsByName, inParallel } from './records.ts';
import { counted, labelled, type Stage } from './step.ts';

const outcome = z.object({ added: z.int() });

/** Classrooms with their teacher and students; whoever is there already stays. */
export async function makeClasses({ api, school, say }: Stage): Promise<void> {
  const units = await idsByName(api, '/api/units');
  const people = await peopleByExternalId(api);
  const { ids, made } = await ensureRecords(
    api,
    '/api/classrooms',
    new Map(
      school.schools.flatMap((one) =>
        one.classes.map(({ name, grade }) => [
          nameOf(one, name),
          { name: nameOf(one, name), unit_id: units.get(one.name), grade_level: grade === '' ? null : grade },
        ]),
      ),
    ),
  );
  let placed = 0;
  const activeIds = (externalIds: readonly string[]): string[] =>
    externalIds.flatMap((externalId) => {
      const found = people.get(externalId);
      return found?.isActive === true ? [found.id] : [];
    });
  const classes = school.schools.flatMap((one) => one.classes.map((own) => ({ ...own, name: nameOf(one, own.name) })));
  await inParallel(classes, async ({ name, teacher, students }) => {
    const path = `/api/classrooms/${ids.get(name) ?? ''}`;
    const student_ids = activeIds(students.map(({ externalId }) => externalId));
    const { added } = await api.post(outcome, `${path}/students`, { student_ids, mode: 'add' });
    placed += added;
    const teacher_ids = activeIds([teacher.externalId]);
    await api.post(outcome, `${path}/teachers`, { teacher_ids, mode: 'add' });
  });
  say(
    labelled(
      'Classes',
      `${counted(ids.size, 'class', 'classes')}, ${made} of them new; ${counted(placed, 'student')} placed now`,
    ),
  );
}

function nameOf(school: DemoSchool, name: string): string {
  return `${school.name} ${name}`;
}
