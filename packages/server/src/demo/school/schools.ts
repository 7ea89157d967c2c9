/**
 * The people of three invented schools, the same on each call.
 *
 * Names come from many languages; some students have an equal name and stand in the same class, some have no e-mail,
 * one is suspended: what a school's files are like.
 */
import {
  ARABIC,
  CATALAN,
  CHINESE,
  ENGLISH,
  GERMAN,
  GREEK,
  HINDI,
  POLISH,
  PORTUGUESE,
  QUECHUA,
  SPANISH,
  TURKISH,
  UKRAINIAN,
  VIETNAMESE,
  YORUBA,
  type NameStock,
} from './names.ts';
import { seededRandom, type Random } from './random.ts';

export interface DemoPerson {
  readonly externalId: string;
  readonly username: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  /** '' for teachers, and where the school has no grades. */
  readonly grade: string;
  /** External id of the teacher of their class; '' for teachers. */
  readonly homeroom: string;
}

export interface DemoClass {
  readonly name: string;
  readonly grade: string;
  readonly teacher: DemoPerson;
  readonly students: readonly DemoPerson[];
}

export interface DemoSchool {
  readonly code: string;
  readonly name: string;
  readonly teachers: readonly DemoPerson[];
  readonly classes: readonly DemoClass[];
}

interface Wanted {
  readonly code: string;
  readonly name: string;
  readonly names: readonly NameStock[];
  /** One class each. */
  readonly classNames: readonly string[];
  readonly gradeOf: (className: string) => string;
  readonly students: number;
  readonly teachers: number;
}

const GRADES = ['05', '06', '07', '08', '09', '10'];
const NO_EMAIL_PERCENT = 8;
const TWINS_EVERY = 97;

export const LINDENHOF: Wanted = {
  code: 'LINDENHOF',
  name: 'Lindenhof School',
  names: [GERMAN, GERMAN, TURKISH, POLISH, ARABIC, VIETNAMESE, UKRAINIAN],
  classNames: GRADES.flatMap((grade) => ['a', 'b', 'c'].map((parallel) => `${grade}${parallel}`)),
  gradeOf: (className) => className.slice(0, 2),
  students: 476,
  teachers: 30,
};
export const MIRAMAR: Wanted = {
  code: 'MIRAMAR',
  name: 'Colegio Miramar',
  names: [SPANISH, SPANISH, CATALAN, PORTUGUESE, QUECHUA],
  classNames: GRADES.flatMap((grade) => [`${grade}A`, `${grade}B`]),
  gradeOf: (className) => className.slice(0, 2),
  students: 372,
  teachers: 24,
};
export const HARBOUR: Wanted = {
  code: 'HARBOUR',
  name: 'Harbour College',
  names: [ENGLISH, ENGLISH, CHINESE, YORUBA, HINDI, GREEK],
  classNames: Array.from({ length: 10 }, (_, n) => `Tutor group ${String(n + 1)}`),
  gradeOf: () => '',
  students: 276,
  teachers: 22,
};

export function makeSchool(wanted: Wanted, seed: number): DemoSchool {
  const random = seededRandom(seed);
  const newPerson = personMaker(wanted, random);
  const teachers = Array.from({ length: wanted.teachers }, () => newPerson('T', '', ''));
  const classes = wanted.classNames.map(
    (name, at): { name: string; grade: string; teacher: DemoPerson; students: DemoPerson[] } => ({
      name,
      grade: wanted.gradeOf(name),
      teacher: random.oneOf(teachers.slice(at, at + 1)),
      students: [],
    }),
  );
  for (let n = 0; n < wanted.students; n++) {
    const own = random.oneOf(classes.slice(n % classes.length, (n % classes.length) + 1));
    const twin = n % TWINS_EVERY === TWINS_EVERY - 1 ? own.students.at(-1) : undefined;
    own.students.push(newPerson('S', own.grade, own.teacher.externalId, twin));
  }
  return { code: wanted.code, name: wanted.name, teachers, classes };
}

type NewPerson = (letter: 'S' | 'T', grade: string, homeroom: string, twin?: DemoPerson) => DemoPerson;

function personMaker(wanted: Wanted, random: Random): NewPerson {
  const usernames = new Set<string>();
  let made = 0;
  return (letter, grade, homeroom, twin) => {
    made += 1;
    const names = random.oneOf(wanted.names);
    const givenName = twin?.givenName ?? random.oneOf(names.given);
    const familyName = twin?.familyName ?? random.oneOf(names.family);
    const externalId = `${wanted.code.slice(0, 2)}-${letter}${String(made).padStart(4, '0')}`;
    const username = freeName(`${plain(givenName)}.${plain(familyName)}`, externalId, usernames);
    const hasEmail = letter === 'T' || random.below(100) >= NO_EMAIL_PERCENT;
    const email = hasEmail ? `${username}@${wanted.code.toLowerCase()}.example` : '';
    return { externalId, username, email, givenName, familyName, grade, homeroom };
  };
}

function freeName(wish: string, externalId: string, taken: Set<string>): string {
  const base = /^\.|\.$/.test(wish) ? externalId.toLowerCase() : wish;
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}${String(n)}`;
  taken.add(name);
  return name;
}

/** Latin letters only; '' for other scripts. */
function plain(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ł', 'l')
    .replaceAll('đ', 'd')
    .replaceAll('ı', 'i')
    .replace(/[^a-z]/g, '');
}
