/** Who hears of assignments, and when. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openDueAssignments } from '../../../packages/server/src/school/assignments/open-due.ts';
import type { Mail } from '../../../packages/server/src/worker/deliver-mail.ts';
import { deliverDue } from '../../../packages/server/src/worker/deliver.ts';
import { assign, massApi, NOVEMBER, type MassApi } from './mass-api.ts';

const DAY_MS = 86_400_000;

let api: MassApi;
beforeAll(async () => {
  api = await massApi(NOVEMBER);
});
afterAll(() => api.end());
beforeEach(() => api.asOwner('delete from outbox'));

interface Notice {
  topic: string;
  recipient: string;
  payload: Record<string, unknown>;
}
const notices = (topic: string): Promise<Notice[]> =>
  api.query(
    sql<Notice>`select topic, recipient_id as recipient, payload from outbox where org_id = ${api.school.orgId} and topic = ${topic} order by recipient_id`,
  );
const told = async (topic: string): Promise<string[]> => (await notices(topic)).map(({ recipient }) => recipient);
const inDays = (days: number): Date => new Date(NOVEMBER.getTime() + days * DAY_MS);

it('each student hears once of all that was given, and each of their teachers once of them all [MA-134] [MA-135]', async () => {
  const { SA1, T1, T2 } = api.people;
  const students = [...api.ids.C1.slice(0, 4), ...api.ids.T2.slice(0, 3)].sort();
  await assign(api, SA1, students, { content_payload: { sequence_ids: [api.sequences.S1, api.sequences.S2] } });
  const toStudents = await notices('assignment.given');
  expect(toStudents.map(({ recipient }) => recipient)).toEqual(students);
  expect(toStudents[0]?.payload).toEqual({
    assignments: [
      { title: 'Fractions', due_at: null, is_new: true },
      { title: 'Solfege', due_at: null, is_new: true },
    ],
  });
  const toTeachers = await notices('assignment.given_to_students');
  expect(toTeachers.map(({ recipient, payload }) => [recipient, payload['students']])).toEqual(
    [
      [T1.userId, 4],
      [T2.userId, 3],
    ].sort(),
  );
});

it('a teacher is not told of what that teacher did, and nobody where the operation is to be silent', async () => {
  await assign(api, api.people.T1, api.ids.C1.slice(4, 6));
  expect(await told('assignment.given_to_students')).toEqual([]);
  await api.asOwner('delete from outbox');
  await assign(api, api.people.SA1, api.ids.C1.slice(6, 8), { notify: false });
  expect(await told('assignment.given')).toEqual([]);
});

it('with a start to come students hear when it comes; of what is undone before, never; of what is undone after, that it is [MA-D86]', async () => {
  const { SA1 } = api.people;
  const scheduling = { start_date: inDays(3).toISOString() };
  const later = api.ids.U2.slice(0, 3).sort();
  const given = await assign(api, SA1, later, { scheduling });
  const undone = await assign(api, SA1, api.ids.U2.slice(3, 6), { scheduling });
  const silent = { notify: false, scheduling };
  await assign(api, SA1, api.ids.U2.slice(6, 9), silent);
  expect(await told('assignment.given')).toEqual([]);
  await api.call(SA1, 'POST', `/${String(undone.body.operation_id)}/rollback`, {});
  await openDueAssignments(api.database, inDays(3));
  await openDueAssignments(api.database, inDays(4));
  expect(await told('assignment.given')).toEqual(later);
  expect(await told('assignment.withdrawn')).toEqual([]);
  await api.call(SA1, 'POST', `/${String(given.body.operation_id)}/rollback`, {});
  const withdrawn = await notices('assignment.withdrawn');
  expect(withdrawn.map(({ recipient }) => recipient)).toEqual(later);
  expect(withdrawn[0]?.payload).toEqual({ titles: ['Fractions'] });
});

it('of a staggered release each group hears on its day, not before [MA-182] [MA-D08]', async () => {
  const { SA1 } = api.people;
  const students = api.ids.U2.slice(20, 50);
  const done = await assign(api, SA1, students, { scheduling: { staggered_release: true } });
  const states = await api.query(
    sql`select state, count(*) as n from assignments where operation_id = ${done.body.operation_id} group by 1 order by 1`,
  );
  expect(states).toEqual([
    { state: 'open', n: 10 },
    { state: 'scheduled', n: 20 },
  ]);
  const first = await told('assignment.given');
  expect(first).toHaveLength(10);
  await openDueAssignments(api.database, inDays(6));
  expect(await told('assignment.given')).toEqual(first);
  await openDueAssignments(api.database, inDays(7));
  expect(await told('assignment.given')).toHaveLength(20);
  await openDueAssignments(api.database, inDays(14));
  expect(new Set(await told('assignment.given'))).toEqual(new Set(students));
  const released = await api.query(
    sql`select payload from events where name = 'mass_assignment.group.released' and operation_id = ${done.body.operation_id} order by id`,
  );
  expect(released).toEqual([
    { payload: { release: 2, assignments: 10 } },
    { payload: { release: 3, assignments: 10 } },
  ]);
});

it('with the mail server down the work is done all the same, and each mail arrives once when it is back [MA-379]', async () => {
  const { SA1 } = api.people;
  const students = api.ids.U2.slice(60, 63);
  await api.asOwner("update users set email = id || '@example.org' where id = any($1::uuid[])", [students]);
  const done = await assign(api, SA1, students, { scheduling: { due_date: '2027-06-01' } });
  expect(done.body.operation_status).toBe('completed');
  const sent: Mail[] = [];
  let isDown = true;
  const mailer = {
    send: async (mail: Mail) => {
      if (isDown) throw new Error('The mail server is down.');
      sent.push(mail);
    },
    close: () => undefined,
  };
  // When a message may go is written by the database's clock.
  const deliver = (days: number) =>
    deliverDue({ database: api.database, now: () => new Date(Date.now() + days * DAY_MS), mailer });
  await deliver(0);
  isDown = false;
  for (const day of [1, 2]) await deliver(day);
  const toStudents = sent.filter(({ to }) => students.some((id) => to.address.startsWith(id)));
  expect(toStudents).toHaveLength(3);
  expect(toStudents[0]).toMatchObject({
    subject: 'Test school: new: Fractions',
    text: expect.stringContaining('- Fractions, due on 1 June 2027'),
  });
  const undone = await api.call(SA1, 'POST', `/${String(done.body.operation_id)}/rollback`, {});
  expect(undone.status).toBe(200);
  await deliver(3);
  expect(sent.filter(({ subject }) => subject.includes('taken back'))).toHaveLength(3);
});
