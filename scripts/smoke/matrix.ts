/** Every way to name a thing of another organization at the routes about classrooms, courses, sections and batches. */
import type { Method } from './client.ts';

/** One of each, of one organization. */
export interface Things {
  readonly classroom: string;
  readonly course: string;
  readonly section: string;
  readonly batch: string;
  readonly students: readonly string[];
  readonly teachers: readonly string[];
}

export interface Attempt {
  /** As the API's description has it. */
  readonly route: string;
  readonly method: Method;
  readonly what: string;
  path(own: Things, other: Things): string;
  body?(own: Things, other: Things): object;
}

type Owner = 'own' | 'other';
const of = (whose: Owner, own: Things, other: Things): Things => (whose === 'own' ? own : other);
const COLLECTIONS = { classrooms: 'classroom', courses: 'course', sections: 'section', batches: 'batch' } as const;

/** @param body - Made of what is the caller's and what is another's. */
function attempt(method: Method, route: string, whose: Owner, body?: (own: Things, other: Things) => object): Attempt {
  const collection = /^\/api\/(classrooms|courses|sections|batches)\//.exec(route)?.[1] ?? '';
  const kind = Object.entries(COLLECTIONS).find(([name]) => name === collection)?.[1] ?? 'classroom';
  return {
    method,
    route,
    what: `${method} ${route} of ${whose === 'own' ? 'their own' : 'another organization'}`,
    path: (own, other) => route.replace('{id}', of(whose, own, other)[kind]).replace('{course_id}', other.course),
    ...(body === undefined ? {} : { body }),
  };
}

const room = '/api/classrooms/{id}';
const course = '/api/courses/{id}';
const section = '/api/sections/{id}';
const batch = '/api/batches/{id}';
const students =
  (list: (own: Things, other: Things) => readonly string[], mode?: string) => (own: Things, other: Things) => ({
    student_ids: list(own, other),
    ...(mode === undefined ? {} : { mode }),
  });
const teachers =
  (list: (own: Things, other: Things) => readonly string[], mode?: string) => (own: Things, other: Things) => ({
    teacher_ids: list(own, other),
    ...(mode === undefined ? {} : { mode }),
  });
const ours = { students: (own: Things) => own.students, teachers: (own: Things) => own.teachers };
const theirs = {
  students: (_own: Things, other: Things) => other.students.slice(0, 1),
  teachers: (_own: Things, other: Things) => other.teachers.slice(0, 1),
};
/** Four of one's own and one that is not: refused as a whole. */
const mixed = (own: Things, other: Things) => [...own.students.slice(0, 4), ...other.students.slice(0, 1)];

/** Each must be answered with 403. */
export const MATRIX: readonly Attempt[] = [
  attempt('POST', `${room}/students`, 'other', students(ours.students)),
  attempt('POST', `${room}/students`, 'own', students(theirs.students, 'set')),
  attempt('POST', `${room}/students`, 'own', students(theirs.students, 'add')),
  attempt('POST', `${room}/students`, 'own', students(mixed, 'add')),
  attempt('DELETE', `${room}/students`, 'other', students(theirs.students)),
  attempt('DELETE', `${room}/students`, 'own', students(theirs.students)),
  attempt('POST', `${room}/teachers`, 'other', teachers(ours.teachers)),
  attempt('POST', `${room}/teachers`, 'own', teachers(theirs.teachers, 'set')),
  attempt(
    'POST',
    `${room}/teachers`,
    'own',
    teachers((own, other) => [...own.teachers, ...other.teachers], 'add'),
  ),
  attempt('DELETE', `${room}/teachers`, 'other', teachers(theirs.teachers)),
  attempt('DELETE', `${room}/teachers`, 'own', teachers(theirs.teachers)),
  attempt('GET', `${course}/sections`, 'other'),
  attempt('POST', `${course}/sections`, 'other', () => ({ name: 'Z' })),
  attempt('POST', `${course}/sections/generate-defaults`, 'other'),
  attempt('POST', `${room}/assign-course`, 'other', (own) => ({ course_id: own.course })),
  attempt('POST', `${room}/assign-course`, 'own', (_own, other) => ({ course_id: other.course })),
  attempt('POST', `${room}/assign-course`, 'own', (own, other) => ({
    course_id: own.course,
    section_id: other.section,
  })),
  attempt('POST', `${room}/assign-course`, 'own', (own, other) => ({
    course_id: own.course,
    teacher_ids: other.teachers,
  })),
  attempt('DELETE', `${room}/courses/{course_id}`, 'other'),
  attempt('DELETE', `${room}/courses/{course_id}`, 'own'),
  attempt('GET', `${batch}/students`, 'other'),
  attempt('POST', `${batch}/students`, 'other', students(ours.students)),
  attempt('POST', `${batch}/students`, 'own', students(mixed)),
  attempt('POST', `${batch}/students`, 'own', students(theirs.students, 'set')),
  attempt('POST', `${batch}/students/remove`, 'other', students(theirs.students)),
  attempt('POST', `${batch}/students/remove`, 'own', students(theirs.students)),
  attempt('POST', `${batch}/students/reset`, 'other'),
  attempt('GET', `${batch}/teachers`, 'other'),
  attempt('POST', `${batch}/teachers`, 'other', teachers(ours.teachers)),
  attempt('POST', `${batch}/teachers`, 'own', teachers(theirs.teachers)),
  attempt('POST', `${batch}/teachers/remove`, 'other', teachers(theirs.teachers)),
  attempt('POST', `${batch}/teachers/remove`, 'own', teachers(theirs.teachers)),
  attempt('POST', `${batch}/teachers/reset`, 'other'),
  attempt('GET', room, 'other'),
  attempt('PATCH', room, 'other', () => ({ name: 'Taken over' })),
  attempt('DELETE', room, 'other'),
  attempt('GET', `${room}/students`, 'other'),
  attempt('GET', `${room}/teachers`, 'other'),
  attempt('GET', `${room}/courses`, 'other'),
  attempt('GET', `${room}/batches`, 'other'),
  attempt('GET', course, 'other'),
  attempt('PATCH', course, 'other', () => ({ title: 'Taken over' })),
  attempt('DELETE', course, 'other'),
  attempt('GET', section, 'other'),
  attempt('PATCH', section, 'other', () => ({ name: 'Taken over' })),
  attempt('DELETE', section, 'other'),
];

/** Lists, which must be without anything of the other; and what names nobody. */
export const LISTS = ['/api/classrooms', '/api/courses', '/api/users', '/api/batches'] as const;
const WITHOUT_IDS = ['POST /api/classrooms', 'POST /api/courses', 'GET /api/classrooms', 'GET /api/courses'];

/** Routes that answer 403: everything else about batches answers for others as for what is unknown. */
function isGuarded(route: string): boolean {
  return /^\/api\/(classrooms|courses|sections)(\/|$)|^\/api\/batches\/\{id\}\/(students|teachers)(\/|$)/.test(route);
}

/** Guarded routes of the server that no attempt covers: a new one must not be forgotten. */
export function uncovered(routes: readonly string[]): string[] {
  const covered = new Set([...MATRIX.map(({ method, route }) => `${method} ${route}`), ...WITHOUT_IDS]);
  return routes.filter((route) => isGuarded(route.split(' ')[1] ?? '') && !covered.has(route));
}

/** Attempts at the other routes about batches, with what is another's in every place of the address. */
export function attemptsElsewhere(routes: readonly string[]): Attempt[] {
  return routes.flatMap((route) => {
    const [method = '', address = ''] = route.split(' ');
    const known = (['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const).find((one) => one === method);
    if (known === undefined || isGuarded(address) || !/^\/api\/batches\/.*\{/.test(address)) return [];
    const path = (_own: Things, other: Things) =>
      address.replace(/\{(\w+)\}/g, (_whole, name: string) => placed(name, other));
    return [
      {
        method: known,
        route: address,
        what: `${route} of another organization`,
        path,
        ...(known === 'GET' || known === 'DELETE' ? {} : { body: () => ({}) }),
      },
    ];
  });
}

function placed(name: string, other: Things): string {
  if (/course/i.test(name)) return other.course;
  if (/instructor|teacher/i.test(name)) return other.teachers[0] ?? '';
  return /student/i.test(name) ? (other.students[0] ?? '') : other.batch;
}
