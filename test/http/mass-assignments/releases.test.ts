/** The groups of a staggered release: how they are made, and how they are steered. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDueAssignments } from '../../../packages/server/src/school/assignments/open-due.ts';
import { assign, draft, massApi, NOVEMBER, preview, type Answer, type MassApi } from './mass-api.ts';

let api: MassApi;
beforeAll(async () => {
  api = await massApi(NOVEMBER);
});
afterAll(() => api.end());

interface PlanRow {
  student_id: string;
  release: number;
}

async function groupsOf(id: string): Promise<Record<string, number>> {
  const { body } = await preview(api, api.people.SA1, id);
  const rows: PlanRow[] = body.rows;
  return Object.fromEntries(rows.map(({ student_id: student, release }) => [student, release]));
}

/** Three groups of ten; the first begins on 1 March 2027, ten days before it is due. */
const staggered = { start_date: '2027-03-01', due_date: '2027-03-11', staggered_release: true };
let from = 0;
const thirty = (): string[] => api.ids.U2.slice((from += 30) - 30, from);

async function released(more: object = {}): Promise<{ id: string; body: Answer['body'] }> {
  const scheduling = { ...staggered, ...more };
  const { body } = await assign(api, api.people.SA1, thirty(), { scheduling });
  return { id: body.operation_id, body };
}

const steer = (id: string, n: number, body: object, as = api.people.SA1): Promise<Answer> =>
  api.call(as, 'POST', `/${id}/releases/${String(n)}`, body);

/** Start and due date of a group, by what was planned for it. */
const datesOf = (id: string, n: number): Promise<object[]> =>
  api.query(
    sql<object>`
    select distinct a.state, a.start_at, a.due_at from assignments a join changes c on c.entity_id = a.id
    join operation_items i on i.operation_id = c.operation_id and i.item_no = c.item_no
    where i.operation_id = ${id} and i.input ->> 'release' = ${String(n)}`,
  );

it('the days between groups can be chosen [MA-175]', async () => {
  const { body } = await released({ stagger_interval: 3 });
  const starts = body.releases.map((one: { start_at: string }) => one.start_at);
  expect(starts).toEqual(['2027-02-28', '2027-03-03', '2027-03-06'].map((day) => `${day}T23:00:00.000Z`));
});

it('by lot the groups are the same in each preview, and others than by name [MA-179]', async () => {
  const students = thirty();
  const make = (release_order: string) =>
    draft(api, api.people.SA1, students, { scheduling: { ...staggered, release_order } });
  const byLot = await make('random');
  const first = await groupsOf(byLot);
  expect(await groupsOf(byLot)).toEqual(first);
  expect(await groupsOf(await make('alphabetical'))).not.toEqual(first);
  expect(Object.values(first).sort()).toEqual([1, 2, 3].flatMap((n) => Array<number>(10).fill(n)));
});

it('a student can be put into a group by hand [MA-180]', async () => {
  const students = thirty();
  const id = await draft(api, api.people.SA1, students, { scheduling: { ...staggered, release_order: 'custom' } });
  const before = await groupsOf(id);
  const [moved = ''] = students.filter((student) => before[student] === 3);
  await api.call(api.people.SA1, 'PATCH', `/${id}`, { overrides: { [moved]: { release: 1 } } });
  expect(await groupsOf(id)).toEqual({ ...before, [moved]: 1 });
});

it('a group is released now, held, or moved to another day, and each is audited [MA-D85] [MA-D125]', async () => {
  const { SA1 } = api.people;
  const { id } = await released();
  const now = await steer(id, 2, { action: 'release_now' });
  expect([now.status, now.body.releases.map((one: { state: string }) => one.state)]).toEqual([
    200,
    ['scheduled', 'released', 'scheduled'],
  ]);
  const told = await api.query(
    sql<{
      n: number;
    }>`select count(*) as n from outbox where operation_id = ${id} and topic = 'assignment.given' group by recipient_id`,
  );
  expect(told).toEqual(Array(10).fill({ n: 1 }));
  const [begun] = await datesOf(id, 2);
  expect(begun).toMatchObject({ state: 'open', due_at: new Date('2026-11-12T22:59:59Z') });
  const held = await steer(id, 3, { action: 'hold' });
  expect(held.body.releases[2]).toMatchObject({ state: 'held', start_at: null, students: 10 });
  await openDueAssignments(api.database, new Date('2028-01-01'));
  expect(await datesOf(id, 3)).toEqual([{ state: 'scheduled', start_at: null, due_at: null }]);
  expect((await steer(id, 3, { action: 'move', date: '2027-05-03' })).status).toBe(200);
  expect(await datesOf(id, 3)).toEqual([
    { state: 'scheduled', start_at: new Date('2027-05-02T22:00:00Z'), due_at: new Date('2027-05-13T21:59:59Z') },
  ]);
  const audit = await api.call(SA1, 'GET', `/${id}/audit`);
  const acts = audit.body.items.filter((entry: { action: string }) => entry.action === 'release');
  expect(acts.map((entry: { actor: string; detail: object }) => [entry.actor, entry.detail])).toEqual([
    [SA1.userId, { release: 2, action: 'release_now', date: null }],
    [SA1.userId, { release: 3, action: 'hold', date: null }],
    [SA1.userId, { release: 3, action: 'move', date: '2027-05-03' }],
  ]);
});

it('what is not there, has begun, or would lie in the past is refused', async () => {
  const { id } = await released();
  await steer(id, 1, { action: 'release_now' });
  const refused = async (n: number, body: object) => {
    const answer = await steer(id, n, body);
    return [answer.status, answer.body.errors[0].code];
  };
  expect(await refused(1, { action: 'hold' })).toEqual([409, 'conflict']);
  expect(await refused(4, { action: 'hold' })).toEqual([404, 'not_found']);
  expect(await refused(2, { action: 'move' })).toEqual([400, 'required']);
  expect(await refused(2, { action: 'move', date: '2026-01-01' })).toEqual([400, 'invalid_dates']);
  expect((await steer(id, 2, { action: 'hold' }, api.people.T2)).status).toBe(404);
  const waiting = await draft(api, api.people.SA1, thirty(), { scheduling: staggered });
  expect((await steer(waiting, 1, { action: 'hold' })).body.code).toBe('invalid_state');
});

it('a group alone can be withdrawn, and what was steered is taken back with the rest [MA-D85]', async () => {
  const { SA1 } = api.people;
  const { id } = await released();
  await steer(id, 2, { action: 'move', date: '2027-06-01' });
  const look = await api.call(SA1, 'GET', `/${id}/rollback/preview?release=3`);
  expect(look.body.modes.all).toMatchObject({ withdrawn: 10, kept: 0, students: 10 });
  const one = await api.call(SA1, 'POST', `/${id}/rollback`, { release: 3 });
  expect([one.status, one.body.rollback_status]).toEqual([200, 'partly_rolled_back']);
  expect(one.body.releases.map((each: { state: string }) => each.state)).toEqual([
    'scheduled',
    'scheduled',
    'withdrawn',
  ]);
  const rest = await api.call(SA1, 'POST', `/${id}/rollback`, { mode: 'untouched_only' });
  expect(rest.body.rollback_status).toBe('rolled_back');
});
