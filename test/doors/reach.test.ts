/** With ids of others in hand: every kind's usual operation, asked for by every role at every door, changes and tells nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { aPopulatedSchool, type PopulatedSchool } from '../fixtures/populated-school.ts';
import { differences, snapshot } from '../fixtures/snapshot.ts';
import { read } from '../fixtures/stepwise.ts';
import { doorsOf, OPERATIONS, post } from './doors.ts';
import { aCase, schoolApi, somebody, STARTABLE, type Answer, type Case, type SchoolApi } from './school-api.ts';

let api: SchoolApi;
let other: PopulatedSchool;
let others: Readonly<Record<string, Actor>>;
beforeAll(async () => {
  api = await schoolApi();
  other = await aPopulatedSchool(api.database);
  others = { ...(await everyRole(other)), subscriber_admin: other.admin };
});
afterAll(() => api.end());

/** People of a school who have no students, in a unit in which nobody is. */
async function everyRole(school: PopulatedSchool): Promise<Record<string, Actor>> {
  return {
    student: await somebody(api, school, 'student'),
    teacher: await somebody(api, school, 'teacher'),
    teacher_admin: await somebody(api, school, 'teacher_admin', school.unitIds[1]),
  };
}

/** Whoever is in the school by now can be told from everybody else's names. */
async function markPeople({ school }: Case): Promise<void> {
  await api.asOwner(
    `update users set display_name = 'Zyxw', given_name = 'Zyxw', family_name = 'Zyxw',
       email = case when email is not null then 'zyxw-' || id || '@hidden.example' end where org_id = $1`,
    [school.orgId],
  );
}

const MARK = /zyxw/i;

/** Asks at each door and, where a plan is left, starts it and reads all there is to read of it. Nothing read has the mark. */
async function tryAll(as: Actor, who: string, started: Case): Promise<void> {
  for (const door of doorsOf(started.kind.name).filter((one) => one.name !== 'a retry')) {
    const made = await door.start(api, as, started);
    const seen = [made, ...(await goOn(as, made))];
    for (const { text } of seen) expect(text, `${who}, ${door.name}`).not.toMatch(MARK);
  }
}

async function goOn(as: Actor, { status, body }: Answer): Promise<Answer[]> {
  const id: unknown = body?.operation_id;
  if (status >= 400 || typeof id !== 'string') return [];
  const school = { orgId: as.orgId, engine: other.engine, admin: as };
  const { plan_hash } = await read(school, id);
  const get = (tail: string) => api.call(as, { method: 'GET', url: `${OPERATIONS}/${id}${tail}` });
  return [
    await get('/preview'),
    await api.call(as, post(`${OPERATIONS}/${id}/start`, { plan_hash })),
    await get(''),
    await get('/items'),
    await get('/report.csv'),
  ];
}

const held = (orgId: string) => snapshot(api.database, orgId);

describe.each(STARTABLE)('%s', (name) => {
  it('with ids of another organization changes nothing there, and tells nothing of it, whoever asks', async () => {
    const started = await aCase(api, name);
    await markPeople(started);
    const before = await held(started.school.orgId);
    const own = await held(other.orgId);
    for (const [who, as] of Object.entries(others)) await tryAll(as, who, started);
    expect(await held(started.school.orgId)).toEqual(before);
    const ids = new Set(Object.values(before).flatMap((rows) => Object.keys(rows)));
    const written = JSON.stringify(differences(own, await held(other.orgId)));
    expect([...ids].filter((id) => written.includes(id))).toEqual([]);
  });

  it('with ids of others in the same organization changes nothing, and tells no names, whoever asks', async () => {
    const started = await aCase(api, name);
    await markPeople(started);
    const people = await everyRole(started.school);
    const before = await held(started.school.orgId);
    for (const [who, as] of Object.entries(people)) await tryAll(as, who, started);
    const changes = differences(before, await held(started.school.orgId));
    // A teacher_admin may make what is about nobody else: people of their own unit, an invite to nothing yet.
    expect(changes.filter((change) => change.action !== 'insert')).toEqual([]);
    const own = [started.school.unitIds[1], ...Object.values(people).map((person) => person.userId)];
    const ids = Object.values(before).flatMap((rows) => Object.keys(rows));
    const written = JSON.stringify(changes);
    expect(ids.filter((id) => !own.includes(id) && written.includes(id))).toEqual([]);
  });
});
