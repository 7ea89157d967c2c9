/** Plans that a request leaves to the worker, and doors that confirm what they planned themselves. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { plan, runIn, runNow, undo, type Engine, type Operation } from '../../packages/server/src/engine/index.ts';
import { draftInternal } from '../../packages/server/src/engine/draft/draft.ts';
import { planLate } from '../../packages/server/src/engine/verbs/plan-late.ts';
import { planOrRunLater } from '../../packages/server/src/operations/plan-or-run.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, aSequence, query, students, work, type School } from '../fixtures/school.ts';
import { read } from '../fixtures/stepwise.ts';

/** Above what is planned within a request. */
const MANY = 501;

let database: TestDatabase;
let school: School;
let ids: string[];
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  school = await aSchool(database);
  ids = await students(database, school.orgId, MANY);
});
afterAll(() => database.drop());

const archived = async (): Promise<number> =>
  (await query(school, sql`select from users where org_id = ${school.orgId} and status = 'archived'`)).length;

const statusChange = (student_ids: readonly string[]) => ({
  kind: 'user_status',
  name: 'Leave',
  params: { target: { student_ids }, status: 'archived' },
});

async function left(wanted: { kind: string; name: string; params: object }, startsWhenPlanned = true): Promise<string> {
  return inOrg(database, school.orgId, async (tx) => {
    const asked = { tx, engine: school.engine, actor: school.admin };
    const planning = await plan(asked, await draftInternal(asked, { ...wanted, startsWhenPlanned }));
    expect(planning.phase).toBe('planning');
    return planning.id;
  });
}

const late = async (id: string): Promise<Operation> => {
  await planLate(school.engine, school.orgId, id);
  return read(school, id);
};

describe('a plan that is left to the worker', () => {
  const give = async (conflict_policy: string) => ({
    kind: 'assign_sequence',
    name: 'Give',
    params: {
      target: { student_ids: ids },
      content_payload: { sequence_ids: [await aSequence(database, school.orgId)] },
      conflict_policy,
    },
  });

  it('is made, and waits for whoever asked to look at it', async () => {
    const id = await left(await give('skip'), false);
    expect(await late(id)).toMatchObject({ status: 'pending', phase: 'planned', total_items: MANY, error_log: '' });
  });

  it('starts by itself where that was asked for, in the name of its maker', async () => {
    await query(
      school,
      sql`update orgs set settings = '{"guards": {"removal_percent": 100}}' where id = ${school.orgId}`,
    );
    const id = await left(statusChange(ids));
    expect(await late(id)).toMatchObject({ status: 'queued', confirmed_by_account: school.admin.accountId });
    expect(await work(school, id)).toMatchObject({ status: 'completed', successful_items: MANY });
  });

  it('does not start where a person has to type a number; it says why, and starts by itself no more', async () => {
    const id = await left(await give('skip'));
    const waiting = await late(id);
    expect(waiting).toMatchObject({ status: 'pending', phase: 'planned', total_items: MANY });
    expect(waiting.error_log).toContain('501');
    expect(waiting.input).not.toHaveProperty('starts_when_planned');
  });

  it('is a draft again where it cannot be made, and starts by itself no more', async () => {
    const id = await left(statusChange(ids));
    await query(school, sql`update users set roles = '{teacher}' where account_id = ${school.admin.accountId}`);
    const failed = await late(id);
    expect(failed).toMatchObject({ status: 'pending', phase: 'draft' });
    expect(failed.error_log).not.toBe('');
    expect(failed.input).not.toHaveProperty('starts_when_planned');
  });

  it('is asked for by a door as by a person: what a caller writes into the input starts nothing', async () => {
    const operation = await inOrg(database, school.orgId, (tx) =>
      draftInternal(
        { tx, engine: school.engine, actor: school.admin },
        { ...statusChange(ids), input: { starts_when_planned: true } },
      ),
    );
    expect(operation.input).not.toHaveProperty('starts_when_planned');
  });

  it('is decided on once for all doors: above 500 people behind the request, below within it', async () => {
    const by = { engine: school.engine, actor: school.admin };
    const count = ({ engine: { database: held } }: { engine: Engine }) => Promise.resolve(held === database ? 7 : 0);
    const large = await planOrRunLater(by, statusChange(ids), false, count);
    expect([large.operation.phase, large.count]).toEqual(['planning', null]);
    const small = await planOrRunLater(by, statusChange(ids.slice(0, 2)), false, count);
    expect(small.count).toBe(7);
    expect(await read(school, small.operation.id)).toMatchObject({ status: 'completed', successful_items: 2 });
    const previewed = await planOrRunLater(by, statusChange(ids.slice(2, 4)), true, count);
    expect(previewed.operation).toMatchObject({ status: 'pending', phase: 'planned' });
    expect(await archived()).toBe(2);
  });
});

describe('what a kind does not admit at confirming', () => {
  /** The same school, in which nothing of this kind may be confirmed now. */
  const closed = (name: string): Engine => ({
    ...school.engine,
    kinds: school.engine.kinds.map((kind) =>
      kind.name !== name
        ? kind
        : {
            ...kind,
            admits: ({ step }) =>
              step === 'confirm' ? Promise.reject(new Problem('too_many_requests', { max: 10 })) : Promise.resolve(),
          },
    ),
  });
  const refused = { code: 'too_many_requests' };

  it('is refused to a single edit, and nothing is done', async () => {
    const asker = { engine: closed('user_status'), actor: school.admin };
    await expect(runNow(asker, statusChange(ids.slice(0, 1)))).rejects.toMatchObject(refused);
    const within = inOrg(database, school.orgId, (tx) => runIn({ ...asker, tx }, statusChange(ids.slice(0, 1))));
    await expect(within).rejects.toMatchObject(refused);
    expect(await archived()).toBe(0);
  });

  it('is refused to a door that plans and starts in one go', async () => {
    const asker = { engine: closed('user_status'), actor: school.admin };
    const asked = planOrRunLater(asker, statusChange(ids.slice(0, 1)), false, () => Promise.resolve(1));
    await expect(asked).rejects.toMatchObject(refused);
    expect(await archived()).toBe(0);
  });

  it('is refused to an undo, which leaves what it would undo as it is', async () => {
    const asker = { engine: school.engine, actor: school.admin };
    const { operation } = await runNow(asker, statusChange(ids.slice(0, 1)));
    await expect(undo({ ...asker, engine: closed('undo') }, operation.id, {})).rejects.toMatchObject(refused);
    expect(await archived()).toBe(1);
    expect(await read(school, operation.id)).toMatchObject({ rollback_status: 'none' });
  });
});
