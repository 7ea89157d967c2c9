/** What is refused before anything is planned is refused with the same words at every door that a kind has. */
import { LIMITS, PEOPLE_MAX, type Role } from '@muster/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/db/ids.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { doorsOf, OWN_DOORS, type Door } from './doors.ts';
import { aCase, refusal, schoolApi, somebody, STARTABLE, type Case, type SchoolApi } from './school-api.ts';

let api: SchoolApi;
beforeAll(async () => {
  api = await schoolApi();
});
afterAll(() => api.end());

/** The people whom parameters name, replaced. Every kind that takes people says here where they stand. */
const NAMING: Readonly<Record<string, (params: Case['params'], ids: readonly string[]) => object>> = {
  user_status: inTarget,
  user_update: inTarget,
  assign_sequence: inTarget,
  enroll: (params, ids) => ({ ...params, new_users: undefined, user_ids: ids }),
  unenroll: (params, ids) => ({ ...params, user_ids: ids }),
  transfer: (params, ids) => ({ ...params, all: undefined, user_ids: ids }),
  enrollment_create: (params, ids) => ({ ...params, student_ids: ids }),
  mentor_assign: (params, ids) => ({ ...params, student_ids: ids }),
  mentor_unassign: (params, ids) => ({ ...params, student_ids: ids }),
  roster_set: (params, ids) => ({ ...params, student_ids: ids, mode: 'add' }),
  faculty_set: (params, ids) => ({ ...params, teacher_ids: ids, mode: 'add' }),
  batch_students: (params, ids) => ({ ...params, student_ids: ids, mode: 'add' }),
  batch_teachers: (params, ids) => ({ ...params, teacher_ids: ids, mode: 'add' }),
};

function inTarget(params: Case['params'], ids: readonly string[]): object {
  return { ...params, versions: undefined, target: { student_ids: ids } };
}

function naming(started: Case, ids: readonly string[]): Case {
  const name = NAMING[started.kind.name];
  if (name === undefined) throw new Error(`Say in NAMING where ${started.kind.name} names its people.`);
  return { ...started, params: name(started.params, ids) };
}

/** The words of another system for nobody, at its own address. */
const SPELLED_OTHERWISE: Readonly<Record<string, object>> = {
  enroll: {
    'its own address 1': {
      status: 400,
      code: 'no_users_given',
      words: 'No users given: send user_ids, new_users or user_filter',
    },
  },
  unenroll: {
    'its own address 1': { status: 400, code: 'no_users_given', words: 'No users given: send user_ids or user_filter' },
  },
};

const PEOPLE_KINDS = STARTABLE.filter(([, kind]) => kind.people !== undefined);

/** The answer of each door, by its name. */
async function answers(
  doors: readonly Door[],
  as: Actor,
  started: Case,
): Promise<Record<string, ReturnType<typeof refusal>>> {
  const found: Record<string, ReturnType<typeof refusal>> = {};
  for (const door of doors) found[door.name] = refusal(await door.start(api, as, started));
  return found;
}

/** All of them. */
function each<T>(doors: readonly Door[], answer: T): Record<string, T> {
  return Object.fromEntries(doors.map((door) => [door.name, answer]));
}

const ROLES: readonly Role[] = ['student', 'teacher', 'teacher_admin'];
const FORBIDDEN = { status: 403, code: 'forbidden', words: 'Your role may not do this.' };

it('every kind says through which doors it can be started, and no door leads to a kind that is not there', () => {
  for (const [name] of STARTABLE) expect(doorsOf(name).length).toBeGreaterThan(2);
  expect(Object.keys(OWN_DOORS).sort()).toEqual(STARTABLE.map(([name]) => name).sort());
  expect(PEOPLE_KINDS.filter(([name]) => NAMING[name] === undefined)).toEqual([]);
});

describe.each(STARTABLE)('%s', (name, kind) => {
  it('is refused alike to a role that may not start it, at every door', async () => {
    const started = await aCase(api, name);
    const doors = doorsOf(name);
    for (const role of ROLES.filter((one) => !kind.roles.includes(one)))
      expect(await answers(doors, await somebody(api, started.school, role), started), role).toEqual(
        each(doors, FORBIDDEN),
      );
  });
});

describe.each(STARTABLE.filter(([, kind]) => kind.roles.includes('teacher_admin')))('%s', (name) => {
  it('is refused alike to a teacher_admin on a lesser plan, for others than own students, at every door [MA-227] [MA-D90]', async () => {
    const started = await aCase(api, name);
    await api.asOwner(`update orgs set plan = 'solo' where id = $1`, [started.school.orgId]);
    const admin = await somebody(api, started.school, 'teacher_admin', started.school.unitIds[0]);
    const doors = doorsOf(name);
    const words = 'The plan of your organization (solo) lets a teacher_admin act for own students only, at most 50.';
    expect(await answers(doors, admin, started)).toEqual(each(doors, { status: 403, code: 'plan_required', words }));
  });
});

/** A list of one class holds no more than a teacher_admin may change: what is longer is no list, whoever sends it. */
const LIST_KINDS = ['roster_set', 'faculty_set', 'batch_students', 'batch_teachers'];
const LIST_TOO_LONG = { status: 400, code: 'validation_failed', words: 'The request has 1 fault(s).' };

describe.each(PEOPLE_KINDS)('%s', (name, kind) => {
  it('is refused alike when nobody is selected, at every door that takes a list', async () => {
    const started = naming(await aCase(api, name), []);
    // What is retried named somebody once.
    const doors = listing(name).filter((door) => door.name !== 'a retry');
    const refused = each(doors, {
      status: 400,
      code: 'empty_selection',
      words: 'Nobody is selected. An empty list never means everybody.',
    });
    expect(await answers(doors, started.school.admin, started)).toEqual({ ...refused, ...SPELLED_OTHERWISE[name] });
  });

  it("is refused alike for more people than the role's limit, at every door that takes a list", async () => {
    const role = kind.roles.includes('teacher') ? 'teacher' : 'teacher_admin';
    const limit = PEOPLE_MAX[role] ?? 0;
    const started = naming(await aCase(api, name), ids(limit + 1));
    const doors = listing(name);
    const as = await somebody(api, started.school, role, started.school.unitIds[0]);
    const words = `${String(limit + 1)} people are selected; your role may change at most ${String(limit)} at once.`;
    const refused = LIST_KINDS.includes(name) ? LIST_TOO_LONG : { status: 400, code: 'limit_exceeded', words };
    expect(await answers(doors, as, started)).toEqual(each(doors, refused));
  });

  it('is planned behind the request for more than 500 people, at every door that leaves a plan', async () => {
    const started = naming(await aCase(api, name), ids(LIMITS.planInRequestPeopleMax + 1));
    for (const door of listing(name).filter((one) => !one.runs)) {
      const made = await door.start(api, started.school.admin, started);
      // Mass assignments are validated where others are planned.
      expect(['planning', 'validating'], door.name).toContain(made.body.phase);
    }
  });
});

function listing(name: string): Door[] {
  return doorsOf(name).filter((door) => !door.takesOne);
}

function ids(count: number): string[] {
  return Array.from({ length: count }, () => newId());
}
