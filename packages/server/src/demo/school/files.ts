/**
 * The people of the schools as the files that schools have: OneRoster 1.1, Moodle and Canvas. Each has some faults as
 * they happen, so that the previews have something to say.
 */
import { csvLine } from '../../formats/csv/write-csv.ts';
import { HARBOUR, LINDENHOF, makeSchool, MIRAMAR, type DemoPerson, type DemoSchool } from './schools.ts';

export interface DemoFile {
  readonly name: string;
  readonly format: string;
  readonly text: string;
  /** As `POST /api/bulk/users/import` takes it. */
  readonly mapping: Readonly<Record<string, unknown>>;
}

export interface DemoFiles {
  readonly schools: readonly DemoSchool[];
  readonly files: readonly DemoFile[];
  /** Two students who came late, as the secretary wrote them down; the second is suspended. External ids. */
  readonly lateIds: readonly string[];
}

export function demoFiles(): DemoFiles {
  const lindenhof = makeSchool(LINDENHOF, 11);
  const miramar = makeSchool(MIRAMAR, 12);
  const harbour = makeSchool(HARBOUR, 13);
  const seventh = miramar.classes.find(({ grade }) => grade === '07')?.students ?? [];
  const eighth = lindenhof.classes.find(({ grade }) => grade === '08')?.students ?? [];
  const suspended = seventh[4]?.externalId ?? '';
  return {
    schools: [lindenhof, miramar, harbour],
    files: [oneRosterFile(lindenhof), moodleFile(miramar, suspended), canvasFile(harbour)],
    lateIds: [eighth[0]?.externalId ?? '', suspended],
  };
}

/** Faults: a school that is no more, an e-mail without @, a guardian, a student listed twice. */
function oneRosterFile(school: DemoSchool): DemoFile {
  const rowOf = (person: DemoPerson, own: { org?: string; role?: string; email?: string } = {}) => [
    person.externalId,
    'active',
    '2026-09-01T06:00:00.000Z',
    'true',
    own.org ?? school.code,
    own.role ?? (person.homeroom === '' ? 'teacher' : 'student'),
    person.username,
    person.givenName,
    person.familyName,
    own.email ?? person.email,
    '',
    '',
    person.grade,
  ];
  const students = studentsOf(school);
  const [first, second, third, fourth] = students;
  const faults =
    first === undefined || second === undefined || third === undefined || fourth === undefined
      ? []
      : [
          rowOf(first),
          rowOf({ ...second, externalId: 'LI-S9001', username: 'moved.away', email: '' }, { org: 'ALTSTADT' }),
          rowOf(
            { ...third, externalId: 'LI-S9002', username: 'new.student' },
            { email: 'new.student.lindenhof.example' },
          ),
          rowOf(
            { ...fourth, externalId: 'LI-G9003', username: 'a.guardian', email: '', grade: '' },
            { role: 'guardian' },
          ),
        ];
  const header = [
    'sourcedId',
    'status',
    'dateLastModified',
    'enabledUser',
    'orgSourcedIds',
    'role',
    'username',
    'givenName',
    'familyName',
    'email',
    'identifier',
    'agentSourcedIds',
    'grades',
  ];
  return {
    name: 'lindenhof-oneroster-users.csv',
    format: 'OneRoster 1.1',
    text: csv([header, ...[...school.teachers, ...students].map((one) => rowOf(one)), ...faults]),
    mapping: { preset: 'auto' },
  };
}

/** Faults: a class teacher whom nobody knows, an e-mail with a blank, a row with nothing to know the person by. */
function moodleFile(school: DemoSchool, suspendedId: string): DemoFile {
  const rowOf = (person: DemoPerson) => [
    person.username,
    person.givenName,
    person.familyName,
    person.email,
    person.externalId,
    person.externalId === suspendedId ? '1' : '0',
    school.name,
    person.grade,
    person.homeroom === '' ? 'teacher' : 'student',
    person.homeroom,
  ];
  const students = studentsOf(school);
  const [first, second, third] = students;
  const nobody = { externalId: '', username: '', email: '' };
  const faults =
    first === undefined || second === undefined || third === undefined
      ? []
      : [
          rowOf({ ...first, externalId: 'MI-S9001', username: 'alumna.nueva', email: '', homeroom: 'MI-T9999' }),
          rowOf({ ...second, externalId: 'MI-S9002', username: 'otro.nuevo', email: 'otro nuevo@miramar.example' }),
          rowOf({ ...third, ...nobody }),
        ];
  const header = [
    'username',
    'firstname',
    'lastname',
    'email',
    'idnumber',
    'suspended',
    'profile_field_school',
    'profile_field_grade',
    'profile_field_role',
    'profile_field_homeroom',
  ];
  return {
    name: 'miramar-moodle-upload.csv',
    format: 'Moodle user upload, own columns mapped by hand',
    text: csv([header, ...[...school.teachers, ...students].map(rowOf), ...faults]),
    mapping: {
      field_mappings: {
        username: 'username',
        firstname: 'given_name',
        lastname: 'family_name',
        email: 'email',
        idnumber: 'external_id',
        suspended: 'status',
        profile_field_school: 'unit',
        profile_field_grade: 'grade_level',
        profile_field_role: 'roles',
        profile_field_homeroom: 'teacher',
      },
      transformation_rules: [{ field: 'status', rule: 'lookup', params: { table: { 0: 'active', 1: 'suspended' } } }],
    },
  };
}

/** Faults: two people with one login, an observer, which is no role here. Canvas knows no school: it is given along. */
function canvasFile(school: DemoSchool): DemoFile {
  const rowOf = (person: DemoPerson, type?: string) => [
    person.externalId,
    person.username,
    person.givenName,
    person.familyName,
    person.email,
    'active',
    type ?? (person.homeroom === '' ? 'teacher' : 'student'),
  ];
  const students = studentsOf(school);
  const [first, second] = students;
  const faults =
    first === undefined || second === undefined
      ? []
      : [
          rowOf({ ...second, externalId: 'HA-S9001', username: first.username, email: '' }),
          rowOf({ ...second, externalId: 'HA-O9002', username: 'an.observer', email: '' }, 'observer'),
        ];
  const header = ['user_id', 'login_id', 'first_name', 'last_name', 'email', 'status', 'declared_user_type'];
  return {
    name: 'harbour-canvas-users.csv',
    format: 'Canvas SIS, the school given along',
    text: csv([header, ...[...school.teachers, ...students].map((one) => rowOf(one)), ...faults]),
    mapping: {
      field_mappings: {
        user_id: 'external_id',
        login_id: 'username',
        first_name: 'given_name',
        last_name: 'family_name',
        email: 'email',
        status: 'status',
        declared_user_type: 'roles',
      },
      default_values: { unit: school.code },
    },
  };
}

function studentsOf(school: DemoSchool): DemoPerson[] {
  return school.classes.flatMap(({ students }) => students);
}

function csv(rows: readonly (readonly string[])[]): string {
  return rows.map(csvLine).join('');
}
