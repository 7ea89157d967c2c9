/**
 * An admin of one organization tries, through every route there is, to read or change what belongs to another: nothing may
 * come of it, in either direction. The routes are taken from the server's own description, so that none is forgotten.
 */
import { Trouble } from '../tell.mjs';
import { at, done, listAt, textAt, type Ask, type Credentials, type SignIn } from './client.ts';
import { attemptsElsewhere, LISTS, MATRIX, uncovered, type Attempt, type Things } from './matrix.ts';
import { checks } from './run.ts';

export interface Admins {
  readonly one: Credentials;
  readonly other: Credentials;
  /** Somebody of the first organization with rights over the whole system besides. */
  readonly withMoreRights?: Credentials | null;
}

export interface Outcome {
  readonly attempts: number;
  readonly leaks: readonly string[];
}

interface Side {
  readonly ask: Ask;
  readonly things: Things;
  /** A word that stands in every name of this side and nowhere else. */
  readonly mark: string;
}

/** @throws Trouble when something could not be prepared, or a route has no attempt. */
export async function smokeIsolation(signIn: SignIn, admins: Admins, say: (line: string) => void): Promise<Outcome> {
  const [one, other] = [await prepare(await signIn(admins.one)), await prepare(await signIn(admins.other))];
  say('both organizations have one of each');
  const routes = routesOf(await done(one.ask, 'GET', '/api/openapi.json'));
  checks(say).check('every route has its attempts', uncovered(routes).length === 0, uncovered(routes));
  const more = admins.withMoreRights == null ? null : await signIn(admins.withMoreRights);
  const pairs: [Side, Side, string][] = [
    [one, other, 'the first at the second'],
    [other, one, 'the second at the first'],
    ...(more === null
      ? []
      : [[{ ...one, ask: more }, other, 'one with more rights at the second'] satisfies [Side, Side, string]]),
  ];
  let attempts = 0;
  const leaks: string[] = [];
  for (const [from, at_, words] of pairs) {
    const before = await stateOf(at_);
    const found = await tryAll(from, at_, [...MATRIX, ...attemptsElsewhere(routes)]);
    attempts += found.attempts;
    leaks.push(...found.leaks);
    if ((await stateOf(at_)) !== before) leaks.push(`${words}: something was changed`);
    say(`${words}: ${found.attempts} attempts, ${found.leaks.length} leaks`);
  }
  return { attempts, leaks };
}

async function prepare(ask: Ask): Promise<Side> {
  const mark = `zq${Date.now().toString(36)}${Math.random().toString(36).slice(2, 10)}`;
  const make = async (path: string, body: object) => textAt(await done(ask, 'POST', path, body), 'id');
  const people = async (role: string, count: number) => {
    const ids: string[] = [];
    for (let one = 1; one <= count; one++) {
      const name = `${mark}-${role}-${one}`;
      ids.push(await make('/api/users', { username: name, full_name: name, role }));
    }
    return ids;
  };
  const students = await people('student', 5);
  const teachers = await people('teacher', 2);
  const course = await make('/api/courses', { title: `${mark} course` });
  const section = await make(`/api/courses/${course}/sections`, { name: `${mark} section` });
  const classroom = await make('/api/classrooms', { name: `${mark} classroom` });
  await done(ask, 'POST', `/api/classrooms/${classroom}/students`, { student_ids: students });
  await done(ask, 'POST', `/api/classrooms/${classroom}/teachers`, { teacher_ids: teachers });
  const assigned = await done(ask, 'POST', `/api/classrooms/${classroom}/assign-course`, {
    course_id: course,
    section_id: section,
  });
  const batch = textAt(assigned, 'batch.id');
  return { ask, mark, things: { classroom, course, section, batch, students, teachers } };
}

/** As `GET /api/classrooms/{id}`. */
function routesOf(description: unknown): string[] {
  const paths = at(description, 'paths');
  if (typeof paths !== 'object' || paths === null) throw new Trouble('The server describes no routes.');
  return Object.entries(paths).flatMap(([path, methods]: [string, unknown]) =>
    Object.keys(typeof methods === 'object' && methods !== null ? methods : {}).map(
      (method) => `${method.toUpperCase()} ${path.replace(/\/$/, '')}`,
    ),
  );
}

async function tryAll(from: Side, target: Side, all: readonly Attempt[]): Promise<Outcome> {
  const leaks: string[] = [];
  const own = await stateOf(from);
  for (const attempt of all) {
    const reply = await from.ask(
      attempt.method,
      attempt.path(from.things, target.things),
      attempt.body?.(from.things, target.things),
    );
    const isRefused = MATRIX.includes(attempt) ? reply.status === 403 : [400, 403, 404].includes(reply.status);
    if (!isRefused) leaks.push(`${attempt.what}: answered ${reply.status}`);
    if (tellsOf(reply.body, target)) leaks.push(`${attempt.what}: names what is the other's`);
  }
  for (const path of LISTS) {
    for (const query of ['?limit=100', `?limit=100&q=${target.mark}`]) {
      const { body } = await from.ask('GET', `${path}${query}`);
      if (tellsOf(body, target)) leaks.push(`GET ${path}${query}: lists what is the other's`);
    }
  }
  if ((await stateOf(from)) !== own) leaks.push('a refused list was written in part');
  return { attempts: all.length + 2 * LISTS.length, leaks };
}

function tellsOf(body: unknown, { mark, things }: Side): boolean {
  const text = JSON.stringify(body);
  const ids = [things.classroom, things.course, things.section, things.batch, ...things.students, ...things.teachers];
  return text.includes(mark) || ids.some((id) => text.includes(id));
}

/** Everything of a side that its own admin can read, as one text. */
async function stateOf({ ask, things }: Side): Promise<string> {
  const { classroom, course, section, batch } = things;
  const read: unknown[] = [];
  for (const path of [
    `/api/classrooms/${classroom}`,
    `/api/classrooms/${classroom}/students`,
    `/api/classrooms/${classroom}/teachers`,
    `/api/classrooms/${classroom}/courses`,
    `/api/classrooms/${classroom}/batches`,
    `/api/courses/${course}`,
    `/api/courses/${course}/sections`,
    `/api/sections/${section}`,
    `/api/batches/${batch}/students`,
    `/api/batches/${batch}/teachers`,
  ])
    read.push(await done(ask, 'GET', path));
  const count = listAt(await done(ask, 'GET', '/api/classrooms?limit=100'), 'items').length;
  return JSON.stringify([...read, count]);
}
