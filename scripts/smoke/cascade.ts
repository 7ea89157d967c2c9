/**
 * The whole way of a classroom, step by step through the public API, each step read back from the server: roster,
 * homeroom teachers, course, batch, and what is changed in the batch alone.
 */
import { at, done, idsAt, textAt, type Ask, type Credentials, type SignIn } from './client.ts';
import { checks, isSame, type Checks } from './run.ts';

const STUDENTS = 6;

interface Classroom {
  readonly ask: Ask;
  readonly id: string;
  readonly course: string;
  readonly students: readonly string[];
  readonly teachers: readonly string[];
}

/** @returns how many checks held. @throws Trouble naming the first that did not. */
export async function smokeCascade(
  signIn: SignIn,
  credentials: Credentials,
  say: (line: string) => void,
): Promise<number> {
  const made = checks(say);
  const ask = await signIn(credentials);
  made.check('an admin of the organization signs in', true);
  const classroom = await makeClassroom(ask, made);
  await fillRoster(classroom, made);
  await setFaculty(classroom, made);
  const section = await makeSections(classroom, made);
  const again = () => signIn(credentials);
  const batch = await assign(classroom, section, made, again);
  await overrideStudents(classroom, batch, made, again);
  await overrideTeachers(classroom, batch, made, again);
  return made.count;
}

async function makeClassroom(ask: Ask, { check }: Checks): Promise<Classroom> {
  const run = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  const make = async (path: string, body: object) => textAt(await done(ask, 'POST', path, body), 'id');
  const people = async (role: string, count: number) => {
    const ids: string[] = [];
    for (let one = 1; one <= count; one++) {
      const name = `smoke-${run}-${role}-${one}`;
      ids.push(await make('/api/users', { username: name, full_name: name, role }));
    }
    return ids;
  };
  const students = await people('student', STUDENTS);
  const teachers = await people('teacher', 2);
  const course = await make('/api/courses', { title: `Smoke course ${run}` });
  const id = await make('/api/classrooms', { name: `Smoke classroom ${run}` });
  const room = await done(ask, 'GET', `/api/classrooms/${id}`);
  check('a new classroom has no roster', at(room, 'students') === 0, room);
  check('a new classroom has no homeroom teachers', at(room, 'teachers') === 0, room);
  return { ask, id, course, students, teachers };
}

async function fillRoster({ ask, id, students }: Classroom, { check }: Checks): Promise<void> {
  const path = `/api/classrooms/${id}/students`;
  const first = students.slice(0, STUDENTS - 1);
  await done(ask, 'POST', path, { student_ids: first, mode: 'set' });
  const set = idsAt(await done(ask, 'GET', path), 'data');
  check('the roster that is set is the roster that is read back', isSame(set, first), set);
  await done(ask, 'POST', path, { student_ids: students.slice(-2), mode: 'add' });
  const added = idsAt(await done(ask, 'GET', path), 'data');
  check('adding to the roster unites', isSame(added, students), added);
}

async function setFaculty({ ask, id, teachers }: Classroom, { check }: Checks): Promise<void> {
  const path = `/api/classrooms/${id}/teachers`;
  await done(ask, 'POST', path, { teacher_ids: teachers, mode: 'set' });
  const read = idsAt(await done(ask, 'GET', path), 'data');
  check('the homeroom teachers that are set are read back', isSame(read, teachers), read);
}

/** @returns the section A. */
async function makeSections({ ask, course }: Classroom, { check }: Checks): Promise<string> {
  await done(ask, 'POST', `/api/courses/${course}/sections/generate-defaults`);
  const listed = at(await done(ask, 'GET', `/api/courses/${course}/sections`), 'items');
  const sections = Array.isArray(listed)
    ? listed.map((one: unknown) => ({ id: textAt(one, 'id'), name: textAt(one, 'name') }))
    : [];
  const names = sections.map(({ name }) => name);
  check('the course has the sections A, B and C', isSame(names, ['A', 'B', 'C']), names);
  return sections.find(({ name }) => name === 'A')?.id ?? '';
}

/** @returns the batch. */
async function assign(
  { ask, id, course, students, teachers }: Classroom,
  section: string,
  { check }: Checks,
  again: () => Promise<Ask>,
): Promise<string> {
  const body = { course_id: course, section_id: section, term_key: '2026-T1' };
  const assigned = await ask('POST', `/api/classrooms/${id}/assign-course`, body);
  check('assigning the course makes a batch', assigned.status === 201, assigned);
  const batch = textAt(assigned.body, 'batch.id');
  const later = await again();
  const enrolled = idsAt(await done(later, 'GET', `/api/batches/${batch}/students`), 'data');
  check('after a new sign-in the batch has the students of the roster', isSame(enrolled, students), enrolled);
  const teaching = idsAt(await done(later, 'GET', `/api/batches/${batch}/teachers`), 'data');
  check('after a new sign-in the batch has the homeroom teachers', isSame(teaching, teachers), teaching);
  const repeated = await done(later, 'POST', `/api/classrooms/${id}/assign-course`, body);
  check('the same assignment again makes no second batch', textAt(repeated, 'batch.id') === batch, repeated);
  return batch;
}

async function overrideStudents(
  { ask, id, students }: Classroom,
  batch: string,
  { check }: Checks,
  again: () => Promise<Ask>,
): Promise<void> {
  const path = `/api/batches/${batch}/students`;
  const half = students.slice(STUDENTS / 2);
  await done(ask, 'POST', `${path}/remove`, { student_ids: students.slice(0, STUDENTS / 2) });
  const left = idsAt(await done(ask, 'GET', path), 'data');
  check('half of the students can be taken out of the batch', isSame(left, half), left);
  const later = await again();
  const kept = idsAt(await done(later, 'GET', path), 'data');
  check('after a new sign-in half of them are left', isSame(kept, half), kept);
  const roster = idsAt(await done(later, 'GET', `/api/classrooms/${id}/students`), 'data');
  check('the roster is as it was', isSame(roster, students), roster);
}

async function overrideTeachers(
  { ask, id, teachers }: Classroom,
  batch: string,
  { check }: Checks,
  again: () => Promise<Ask>,
): Promise<void> {
  const path = `/api/batches/${batch}/teachers`;
  const one = teachers.slice(0, 1);
  await done(ask, 'POST', path, { teacher_ids: one, mode: 'set' });
  const set = idsAt(await done(ask, 'GET', path), 'data');
  check('one teacher can be left to the batch', isSame(set, one), set);
  const later = await again();
  const kept = idsAt(await done(later, 'GET', path), 'data');
  check('after a new sign-in it is that teacher', isSame(kept, one), kept);
  const faculty = idsAt(await done(later, 'GET', `/api/classrooms/${id}/teachers`), 'data');
  check('the homeroom teachers are as they were', isSame(faculty, teachers), faculty);
}
