/**
 * A classroom, a course with three sections and their batches, for showing. It may run as often as one likes, again after
 * an interruption and twice at once: what is there is found by a name or code that only one thing can have.
 */
import { Trouble } from '../tell.mjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { done, listAt, textAt, type Ask } from './client.ts';

const NAME = 'Demo Grade 7';
const COURSE = { title: 'Demo Physics', code: 'DEMO-PHYSICS' };
const TERM = '2026-T1';

export interface Seeded {
  readonly classroom: string;
  readonly course: string;
  readonly batches: readonly string[];
}

/** @param until - Stops after this step, as an interruption would. */
export async function seedDemo(
  ask: Ask,
  say: (line: string) => void,
  until: 'sections' | 'end' = 'end',
): Promise<Seeded> {
  const students = await people(ask, 'student', 12);
  const teachers = await people(ask, 'teacher', 3);
  const course = await findOrMake(ask, '/api/courses', COURSE, 'code');
  const { items } = sectionsOf(await done(ask, 'POST', `/api/courses/${course}/sections/generate-defaults`));
  say(`course ${COURSE.title} with sections ${items.map((one) => one.name).join(', ')}`);
  if (until === 'sections') return { classroom: '', course, batches: [] };
  const classroom = await onlyClassroom(ask);
  await done(ask, 'POST', `/api/classrooms/${classroom}/students`, { student_ids: students, mode: 'add' });
  await done(ask, 'POST', `/api/classrooms/${classroom}/teachers`, { teacher_ids: teachers.slice(0, 2), mode: 'add' });
  say(`classroom ${NAME} with ${students.length} students`);
  const batches: string[] = [];
  for (const [at, section] of items.filter(({ name }) => ['A', 'B', 'C'].includes(name)).entries()) {
    const body = {
      course_id: course,
      section_id: section.id,
      term_key: TERM,
      teacher_ids: [teachers[at]],
      respect_overrides: true,
    };
    const assigned = await done(ask, 'POST', `/api/classrooms/${classroom}/assign-course`, body);
    batches.push(textAt(assigned, 'batch.id'));
    say(`batch ${textAt(assigned, 'batch.name')}`);
  }
  return { classroom, course, batches };
}

function sectionsOf(body: unknown): { items: { id: string; name: string }[] } {
  const items = listAt(body, 'items').map((one) => ({ id: textAt(one, 'id'), name: textAt(one, 'name') }));
  return { items };
}

async function people(ask: Ask, role: 'student' | 'teacher', count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let one = 1; one <= count; one++) {
    const person = { external_id: `demo-${role}-${one}`, full_name: `Demo ${role} ${one}`, role };
    ids.push(await findOrMake(ask, '/api/users', person, 'external_id'));
  }
  return ids;
}

/** Where two make it at once, the second is refused and finds what the first made. */
async function findOrMake(
  ask: Ask,
  path: string,
  values: Readonly<Record<string, string>>,
  key: string,
): Promise<string> {
  const find = async () => {
    const query = encodeURIComponent(values[key === 'code' ? 'title' : key] ?? '');
    const found = listAt(await done(ask, 'GET', `${path}?limit=100&q=${query}`), 'items');
    return found
      .map((one) => ({ id: textAt(one, 'id'), key: textAtOrEmpty(one, key) }))
      .find((one) => one.key === values[key])?.id;
  };
  const present = await find();
  if (present !== undefined) return present;
  const made = await ask('POST', path, values);
  if (made.status === 201) return textAt(made.body, 'id');
  const other = made.status === 409 ? await find() : undefined;
  if (other !== undefined) return other;
  throw new Trouble(`POST ${path} answered ${made.status}: ${JSON.stringify(made.body)}`);
}

function textAtOrEmpty(body: unknown, key: string): string {
  const value: unknown =
    typeof body === 'object' && body !== null ? Object.entries(body).find(([name]) => name === key)?.[1] : '';
  return typeof value === 'string' ? value : '';
}

/** Classrooms may share a name; that there is one of these is left to the key of the request that makes it. */
async function onlyClassroom(ask: Ask): Promise<string> {
  const find = async () => {
    const found = listAt(await done(ask, 'GET', `/api/classrooms?limit=100&q=${encodeURIComponent(NAME)}`), 'items');
    return found.find((one) => textAt(one, 'name') === NAME);
  };
  const present = await find();
  if (present !== undefined) return textAt(present, 'id');
  const made = await makeOnce(ask, 'smoke-seed-classroom');
  const isThere = (await ask('GET', `/api/classrooms/${made}`)).status === 200;
  // Somebody removed the one that this key made.
  return isThere ? made : makeOnce(ask, `smoke-seed-classroom after ${made}`);
}

async function makeOnce(ask: Ask, key: string): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const made = await ask('POST', '/api/classrooms', { name: NAME }, { 'idempotency-key': key });
    if (made.status === 201) return textAt(made.body, 'id');
    // The other run is making it right now.
    if (made.status !== 409) throw new Trouble(`POST /api/classrooms answered ${made.status}.`);
    await sleep(200);
  }
  throw new Trouble('POST /api/classrooms is answered by another run without end.');
}
