/** Random lives of a small school: operations, edits, pauses, cancels, retries, kills and undos as they come, against a model. */
import fc from 'fast-check';
import { canMove, Problem, type OperationStatus } from '@muster/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Operation } from '../../packages/server/src/engine/operation.ts';
import { retry } from '../../packages/server/src/engine/verbs/retry.ts';
import { cancel, pause, resume } from '../../packages/server/src/engine/verbs/steer.ts';
import { undo } from '../../packages/server/src/engine/verbs/undo.ts';
import { create } from '../fixtures/create.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { run } from '../fixtures/school.ts';
import { snapshot } from '../fixtures/snapshot.ts';
import { applyOneChunk, crashing, queued, read } from '../fixtures/stepwise.ts';
import { aWorld, expectAccountedFor, expectReplayed, expectSound, type World } from './world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const people = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 6 });
const batch = fc.nat(2);
const operation = fc.nat(99);

/** What happens next. Positions are taken modulo how many there are. */
const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('enroll' as const), people, batch }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('unenroll' as const), people, batch }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('transfer' as const), people, batch }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('mentor' as const), people, teacher: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('unmentor' as const), people }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('suspend' as const), people }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('edit' as const), person: fc.nat(11), grade: fc.nat(9) }) },
  {
    weight: 8,
    arbitrary: fc.record({ does: fc.constant('work' as const), operation, items: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('kill' as const), operation }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('pause' as const), operation }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('resume' as const), operation }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancel' as const), operation }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('retry' as const), operation }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('undo' as const), operation }) },
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** What the model knows of each operation, in the order in which they were made. */
type Known = Map<string, { status: OperationStatus; processed: number }>;

interface Life extends World {
  readonly known: Known;
  /** How often each thing was done, and not refused. */
  readonly done: Map<string, number>;
}

/** What is refused for what it asks, and changes nothing. */
async function unlessRefused<T>(asked: Promise<T>): Promise<T | Problem> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return error;
    throw error;
  }
}

async function started(life: Life, kind: string, params: object): Promise<boolean> {
  const { school, known } = life;
  const made = await unlessRefused(
    (async () => {
      const draft = await create(school.engine, school.admin, { kind, name: kind, params: { ...params } });
      return queued(school, draft.id);
    })(),
  );
  if (made instanceof Problem) return false;
  known.set(made.id, { status: made.status, processed: made.processed_items });
  return true;
}

function paramsOf(life: Life, some: Extract<Event, { people: number[] }>): [kind: string, params: object] {
  const { school, batchIds, courseId, teacherIds } = life;
  const ids = some.people.map((at) => school.studentIds[at]);
  switch (some.does) {
    case 'enroll':
      return ['enrollment_create', { student_ids: ids, course_id: courseId, batch_id: batchIds[some.batch] }];
    case 'unenroll':
      return ['batch_students', { batch_id: batchIds[some.batch], student_ids: ids, mode: 'remove' }];
    case 'transfer':
      return [
        'transfer',
        { from_batch_id: batchIds[some.batch], to_batch_id: batchIds[(some.batch + 1) % 3], user_ids: ids },
      ];
    case 'mentor':
      return ['mentor_assign', { student_ids: ids, instructor_ids: [teacherIds[some.teacher]], replace: true }];
    case 'unmentor':
      return ['mentor_unassign', { student_ids: ids }];
    case 'suspend':
      return ['user_status', { target: { student_ids: ids }, status: 'suspended' }];
  }
}

/** @returns whether it was done. */
async function happens(life: Life, some: Event): Promise<boolean> {
  if ('people' in some) return started(life, ...paramsOf(life, some));
  if (some.does === 'edit') return edited(life, some.person, some.grade);
  const id = chosen(life.known, some.does, some.operation);
  if (id === undefined) return false;
  const before = life.known.get(id)?.status ?? 'pending';
  switch (some.does) {
    case 'work':
      return worked(life, id, some.items);
    case 'kill':
      return killed(life, id);
    case 'retry':
      return followed(life, retry({ engine: life.school.engine, actor: life.school.admin }, id, {}));
    case 'undo':
      return undone(life, id);
    case 'pause':
    case 'resume':
    case 'cancel':
      return steered(life, id, before, some.does);
  }
}

/** Of which statuses an operation is that something can be done with. */
const FIT: Readonly<Record<string, readonly OperationStatus[]>> = {
  work: ['queued', 'processing'],
  kill: ['queued', 'processing'],
  pause: ['queued', 'processing'],
  cancel: ['queued', 'processing', 'paused'],
  resume: ['paused'],
  retry: ['completed', 'failed', 'cancelled'],
  undo: ['completed', 'cancelled'],
};

/** Two times of three an operation with which it can be done, else any. */
function chosen(known: Known, does: string, at: number): string | undefined {
  const all = [...known.keys()];
  const fit = all.filter((id) => FIT[does]?.includes(known.get(id)?.status ?? 'pending'));
  const from = at % 3 !== 0 && fit.length > 0 ? fit : all;
  return from[at % Math.max(1, from.length)];
}

async function edited({ school }: Life, person: number, grade: number): Promise<boolean> {
  const edits = [{ action: 'update', id: school.studentIds[person], values: { grade_level: String(grade) } }];
  const draft = await create(school.engine, school.admin, {
    kind: 'edit_record',
    name: 'Edit',
    params: { entity: 'user', edits },
  });
  return (await run(school, draft.id)).successful_items > 0;
}

async function worked({ school }: Life, id: string, items: number): Promise<boolean> {
  const before = (await read(school, id)).processed_items;
  await applyOneChunk(school, id, items);
  return (await read(school, id)).processed_items > before;
}

/** Whoever dies in the middle of a chunk leaves nothing behind. */
async function killed({ school }: Life, id: string): Promise<boolean> {
  const before = await snapshot(database, school.orgId, []);
  const outcome = await applyOneChunk(school, id, 2, crashing(school.engine)).catch((error: unknown) => error);
  expect(await snapshot(database, school.orgId, [])).toEqual(before);
  return outcome instanceof Error;
}

async function followed(life: Life, asked: Promise<Operation>): Promise<boolean> {
  const made = await unlessRefused(asked);
  if (made instanceof Problem) return false;
  life.known.set(made.id, { status: made.status, processed: made.processed_items });
  return true;
}

async function undone(life: Life, id: string): Promise<boolean> {
  const { school } = life;
  const isDone = await followed(life, undo({ engine: school.engine, actor: school.admin }, id, {}));
  const back = [...life.known.keys()].at(-1);
  if (isDone && back !== undefined) await expectAccountedFor(life, back);
  return isDone;
}

/** Steering is done exactly where the contract knows the move, and then ends there. */
async function steered(
  { school }: Life,
  id: string,
  before: OperationStatus,
  verb: 'pause' | 'resume' | 'cancel',
): Promise<boolean> {
  const asker = { engine: school.engine, actor: school.admin };
  const wanted = { pause: 'paused', resume: 'queued', cancel: 'cancelled' } as const;
  const asked = {
    pause: () => pause(asker, id),
    resume: () => resume(asker, id),
    cancel: () => cancel(asker, id, 'no'),
  };
  const outcome = await unlessRefused(asked[verb]());
  const may = canMove(before, wanted[verb]) && (verb !== 'resume' || before === 'paused');
  expect([verb, before, !(outcome instanceof Problem)]).toEqual([verb, before, may]);
  if (outcome instanceof Problem) expect(outcome.code).toBe('invalid_state');
  else expect(outcome.status).toBe(wanted[verb]);
  return may;
}

/** Work that is done stays done, and what has ended never begins again. */
async function follow({ school, known }: Life): Promise<void> {
  for (const [id, { status, processed }] of known) {
    const now = await read(school, id);
    expect(now.processed_items).toBeGreaterThanOrEqual(processed);
    if (['completed', 'failed', 'cancelled'].includes(status)) expect(now.status).toBe(status);
    known.set(id, { status: now.status, processed: now.processed_items });
  }
}

it('whatever happens, what changes said is what rows are, seats are counted, nobody has two mentors, and undos account for each row', async () => {
  const done = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 12, maxLength: 30 }), async (events) => {
      const life: Life = { ...(await aWorld(database)), known: new Map(), done };
      for (const some of events) {
        if (await happens(life, some)) done.set(some.does, (done.get(some.does) ?? 0) + 1);
        await follow(life);
        await expectSound(life);
        await expectReplayed(life);
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
  // Each thing that can happen did.
  const all = [
    'enroll',
    'unenroll',
    'transfer',
    'mentor',
    'unmentor',
    'suspend',
    'edit',
    'work',
    'kill',
    'pause',
    'resume',
    'cancel',
    'undo',
  ];
  expect(all.filter((what) => !done.has(what))).toEqual([]);
});
