/** What the conformance suite needs to know of a kind: how to make an operation of it in a populated school. */
import fc from 'fast-check';
import type { PopulatedSchool } from '../fixtures/populated-school.ts';
import { stagedImport, work } from '../fixtures/school.ts';
import { queued } from '../fixtures/stepwise.ts';
import { from, rather, type Draft, type Example } from './draft.ts';
import { BATCH_EXAMPLES } from './examples/batches.ts';
import { CLASSROOM_EXAMPLES } from './examples/classrooms.ts';
import { COURSE_EXAMPLES } from './examples/courses.ts';
import { INVITE_EXAMPLES } from './examples/invites.ts';
import { LEARNER_EXAMPLES } from './examples/learners.ts';
import { MENTOR_EXAMPLES } from './examples/mentors.ts';
import { create } from '../fixtures/create.ts';

const HEADER = 'external_id,email,username,given_name,family_name,role,grade_level,unit,teacher';

const PEOPLE_EXAMPLES: Readonly<Record<string, Example>> = {
  user_import: {
    usual: importOf([
      't2,tea2@example.org,tea2,Second,Teacher,teacher,,south,',
      's1,s1@example.org,student1,Renamed,One,student,6,north,t2',
      's2,s2@example.org,student2,Student,2,student,5,north,t1',
      'n1,n1@example.org,new1,New,First,student,5,south,t2',
      'n2,,,New,Second,student,5,,',
      'n3,not an address,,New,Third,student,5,,',
    ]),
    actions: { create: 3, update: 1, skip: 1, error: 1 },
    random: fc.array(rather(goodLine(), personLine()), { minLength: 1, maxLength: 8 }).map(importOf),
  },
  user_status: {
    usual: statusOf([0, 1, 2, 9], 'inactive'),
    actions: { update: 3, skip: 1 },
    random: fc
      .tuple(somebody(), fc.constantFrom('active', 'inactive', 'suspended', 'archived'))
      .map(([people, status]) => statusOf(people, status)),
  },
  user_update: {
    usual: updateOf([0, 1, 2, 9], { grade_level: '7' }, { 2: 99 }),
    actions: { update: 3, error: 1 },
    random: fc
      .tuple(
        somebody(),
        fc.record(
          {
            grade_level: fc.constantFrom('5', '7', null),
            roles: fc.constantFrom(['student'], ['teacher', 'student'], ['subscriber_admin']),
            status: fc.constantFrom('active', 'archived'),
            phone: fc.constantFrom('0123', null),
          },
          { requiredKeys: ['phone'] },
        ),
        fc.dictionary(fc.nat(11).map(String), fc.constantFrom(1, 2), { maxKeys: 3 }),
        fc.constantFrom('fail_item', 'keep_existing', 'overwrite', 'merge_non_empty'),
      )
      .map(([people, set, versions, rule]) => updateOf(people, set, versions, rule)),
  },
  assign_sequence: {
    usual: assignmentOf([0, 1, 2, 3, 4, 5], [0, 1], 'override'),
    actions: { create: 12 },
    random: fc
      .tuple(
        rather(somebody(8), somebody()),
        fc.uniqueArray(fc.nat(1), { minLength: 1 }),
        fc.constantFrom('skip', 'merge', 'create_new', 'override'),
      )
      .map(([people, sequences, policy]) => assignmentOf(people, sequences, policy)),
  },
  edit_record: {
    usual: editOf('user', [
      { action: 'create', values: { display_name: 'Made by hand', username: 'by-hand' } },
      { action: 'update', student: 4, values: { grade_level: '7', phone: '0123' } },
      { action: 'delete', student: 6 },
    ]),
    actions: { create: 1, update: 1, remove: 1 },
    random: fc
      .uniqueArray(anyEdit(), { minLength: 1, maxLength: 6, selector: (edit) => edit.student })
      .map((edits) => editOf('user', edits)),
  },
  undo: {
    usual: undoOf(
      importOf(['s1,,,Renamed,One,,,,', 'n1,n1@example.org,new1,New,First,,,,', 'n2,,,New,Second,,,,']),
      'all',
    ),
    actions: { update: 1, remove: 2 },
    random: fc
      .tuple(
        fc.oneof(
          fc.array(rather(goodLine(), personLine()), { minLength: 1, maxLength: 6 }).map(importOf),
          somebody().map((people) => statusOf(people, 'archived')),
        ),
        fc.constantFrom('all' as const, 'untouched_only' as const),
      )
      .map(([first, mode]) => undoOf(first, mode)),
  },
};

/** Each is held to the promises by a file of tests of its name. */
export const GROUPS = {
  people: PEOPLE_EXAMPLES,
  batches: BATCH_EXAMPLES,
  classrooms: CLASSROOM_EXAMPLES,
  learners: { ...LEARNER_EXAMPLES, ...INVITE_EXAMPLES },
  mentors: { ...MENTOR_EXAMPLES, ...COURSE_EXAMPLES },
} as const;

/** One for each kind, by its name. */
export const EXAMPLES: Readonly<Record<string, Example>> = Object.assign({}, ...Object.values(GROUPS));

function importOf(lines: readonly string[]): Draft {
  const csv = `${[HEADER, ...lines].join('\n')}\n`;
  return from(csv, (school, actor) => stagedImport({ ...school, admin: actor }, csv));
}

/** Identifiers come from small pools, so that rows meet people who exist, each other, and nobody. */
function personLine(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('', 's1', 's2', 's5', 't1', 'n1', 'n2', 'n3'),
      fc.constantFrom('', '', 's1@example.org', 'S3@Example.org', 'n1@example.org', 'broken'),
      fc.constantFrom('', '', 'student2', 'tea', 'new1', 'NEW2'),
      fc.constantFrom('Ana', 'Łukasz', '', '=1+1', 'O"Neil, Jr'),
      fc.constantFrom('Ruiz', '', '李'),
      fc.constantFrom('', 'student', 'teacher', 'coorporate-student', 'wizard'),
      fc.constantFrom('', '5', '6'),
      fc.constantFrom('', 'north', 'south', 'nowhere'),
      fc.constantFrom('', '', 't1', 'n1', 'nobody'),
    )
    .map((cells) => cells.map((cell) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(','));
}

/** Somebody new without a fault, or somebody known who is called otherwise from now on. */
function goodLine(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.nat(9),
      fc.constantFrom('Ana', 'Łukasz', 'Mei'),
      fc.constantFrom('5', '6'),
      fc.constantFrom('', 'south', 't1'),
    )
    .map(([at, name, grade, more]) => {
      const who = at < 5 ? `s${at + 4},` : `g${at},g${at}@example.org`;
      return `${who},,${name},Ruiz,student,${grade},${more === 't1' ? ',t1' : `${more},`}`;
    });
}

/** Positions in the list of students, of whom the first nine are active. */
function somebody(last = 11): fc.Arbitrary<number[]> {
  return fc.uniqueArray(fc.nat(last), { minLength: 1, maxLength: 8 });
}

function targetOf(school: PopulatedSchool, people: readonly number[]): { student_ids: string[] } {
  return { student_ids: people.map((at) => school.studentIds[at] ?? '') };
}

function statusOf(people: readonly number[], status: string): Draft {
  return from({ people, status }, (school, actor) =>
    create(school.engine, actor, {
      kind: 'user_status',
      name: 'Change status',
      params: { target: targetOf(school, people), status },
    }),
  );
}

/** @param versions - Given for students, by their position in the list. */
function updateOf(
  people: readonly number[],
  set: Record<string, unknown>,
  versions: Record<string, number> = {},
  rule = 'fail_item',
): Draft {
  return from({ people, set, versions, rule }, (school, actor) => {
    const seen = Object.entries(versions).map(([at, version]) => [school.studentIds[Number(at)], version]);
    return create(school.engine, actor, {
      kind: 'user_update',
      name: 'Update',
      params: { target: targetOf(school, people), set, versions: Object.fromEntries(seen), conflict_rule: rule },
    });
  });
}

function assignmentOf(people: readonly number[], sequences: readonly number[], policy: string): Draft {
  return from({ people, sequences, policy }, (school, actor) =>
    create(school.engine, actor, {
      kind: 'assign_sequence',
      name: 'Assign',
      params: {
        target: targetOf(school, people),
        conflict_policy: policy,
        content_payload: { sequence_ids: sequences.map((at) => school.sequenceIds[at]) },
      },
    }),
  );
}

interface Edit {
  readonly action: 'create' | 'update' | 'delete';
  /** Position in the list of students. */
  readonly student?: number;
  readonly values?: Record<string, unknown>;
}

function editOf(entity: string, edits: readonly Edit[]): Draft {
  return from({ entity, edits }, (school, actor) => {
    const given = edits.map(({ action, student, values = {} }) => ({
      action,
      values,
      ...(student === undefined ? {} : { id: school.studentIds[student] }),
    }));
    return create(school.engine, actor, { kind: 'edit_record', name: 'Edit', params: { entity, edits: given } });
  });
}

function anyEdit(): fc.Arbitrary<Edit & { student: number }> {
  const values = fc.record(
    {
      display_name: fc.constantFrom('Somebody', 'Student 3', ''),
      grade_level: fc.constantFrom('5', '8', null),
      status: fc.constantFrom('active', 'archived', 'lost'),
      username: fc.constantFrom('student1', 'free', null),
    },
    { requiredKeys: [] },
  );
  const sensible = fc.nat(99).map((n) => ({ display_name: `Somebody ${n}`, username: `free-${n}`, grade_level: '8' }));
  return fc
    .tuple(
      fc.constantFrom('create' as const, 'update' as const, 'delete' as const),
      fc.nat(11),
      rather(sensible, values),
    )
    .map(([action, student, some]) => ({ action, student, values: action === 'delete' ? {} : some }));
}

/** Runs another operation to its end, then makes its undo. */
function undoOf(first: Draft, mode: 'all' | 'untouched_only'): Draft {
  return from({ mode, first: fc.stringify(first) }, async (school, actor) => {
    const { id } = await first(school, school.admin);
    await queued(school, id);
    await work(school, id);
    return create(school.engine, actor, { kind: 'undo', name: 'Undo', undoOf: id, params: { operation_id: id, mode } });
  });
}
