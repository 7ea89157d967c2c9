import { bulkOperation } from '@muster/contract';
import { z } from 'zod';
import { pathOf, sayResult, untilPhase } from './operation.ts';
import { peopleByExternalId } from './people.ts';
import { ensureRecords } from './records.ts';
import { counted, labelled, type Stage } from './step.ts';

const COURSES = ['Physics', 'Chemistry'] as const;
const TERMS = [
  { key: '2026-T1', name: 'Autumn 2026', start_date: '2026-09-01', end_date: '2027-01-31' },
  { key: '2026-T2', name: 'Spring 2027', start_date: '2027-02-01', end_date: '2027-07-16' },
];
const SEATS = 40;
const TEMPLATES = [
  {
    name: 'End of the year',
    description: 'Sets people who leave to inactive.',
    operation_type: 'user_status',
    template_config: { status: 'inactive', reason: 'The year is over' },
    is_public: true,
  },
];

const list = z.array(z.object({ name: z.string() }));
const anything = z.unknown();

/** Courses, terms, batches with a teacher, learners in the first of them and mentors for these, and a template to start from. */
export async function makeCourses(stage: Stage): Promise<void> {
  const { api, say } = stage;
  const courses = await ensureRecords(api, '/api/courses', new Map(COURSES.map((title) => [title, { title }])));
  const terms = await ensureRecords(api, '/api/terms', new Map(TERMS.map((term) => [term.name, term])));
  const batches = await ensureRecords(
    api,
    '/api/batches',
    new Map(COURSES.map((title) => [`${title} A`, batchOf(title, courses.ids.get(title))])),
  );
  say(labelled('Courses', `${COURSES.join(', ')}; ${counted(terms.ids.size, 'term')}`));
  say(labelled('Batches', COURSES.map((title) => `${title} A`).join(', ')));
  await fillBatches(stage, batches.ids, batches.made > 0);
  const known = new Set((await api.get(list, '/api/bulk/templates')).map(({ name }) => name));
  for (const template of TEMPLATES.filter(({ name }) => !known.has(name)))
    await api.post(anything, '/api/bulk/templates', template);
  say(labelled('Templates', TEMPLATES.map(({ name }) => name).join(', ')));
}

function batchOf(course: string, courseId: string | undefined): object {
  return {
    name: `${course} A`,
    course_id: courseId,
    capacity: SEATS,
    start_date: '2026-09-01',
    end_date: '2027-07-16',
  };
}

/** The first class of the first school learns the first course; its students get the teacher of another class as mentor. */
async function fillBatches(stage: Stage, ids: ReadonlyMap<string, string>, isNew: boolean): Promise<void> {
  const { api, school, say } = stage;
  const people = await peopleByExternalId(api);
  const [first, second] = school.schools[0]?.classes ?? [];
  const idOf = (externalId: string | undefined): string[] => {
    const found = people.get(externalId ?? '');
    return found?.isActive === true ? [found.id] : [];
  };
  const [teachers, mentors] = [idOf(first?.teacher.externalId), idOf(second?.teacher.externalId)];
  const students = (first?.students ?? []).flatMap(({ externalId }) => idOf(externalId)).slice(0, SEATS);
  if (!isNew) {
    say(labelled('Learners', 'those of the earlier run'));
    return;
  }
  for (const id of ids.values()) await api.post(anything, `/api/batches/${id}/teachers`, { teacher_ids: teachers });
  await api.post(anything, `/api/batches/${ids.get('Physics A') ?? ''}/students`, { student_ids: students });
  say(labelled('Learners', `${counted(students.length, 'student')} in Physics A`));
  const made = await api.post(bulkOperation, '/api/bulk/operations', {
    operation_type: 'mentor_assign',
    operation_name: 'Mentors of Physics A',
    parameters: { student_ids: students, instructor_ids: mentors, notify: false },
  });
  const planned = await untilPhase(api, made.id, 'planned');
  await api.post(bulkOperation, `${pathOf(made.id)}/start`, { plan_hash: planned.plan_hash });
  await untilPhase(api, made.id, 'done');
  await sayResult(stage, made.id);
}
