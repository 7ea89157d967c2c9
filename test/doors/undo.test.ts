/** Undo is started by the engine alone, for somebody who may undo what is undone; no other door leads to it. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { inOrg } from '../../packages/server/src/db/database.ts';
import { confirm, guardsOf, planUndo } from '../../packages/server/src/engine/index.ts';
import { query, work } from '../fixtures/school.ts';
import { snapshot } from '../fixtures/snapshot.ts';
import { queued, setColumns } from '../fixtures/stepwise.ts';
import { KINDS } from '../../packages/server/src/kinds/index.ts';
import { MASS, OPERATIONS, post, saveTemplate, wanted } from './doors.ts';
import { aCase, schoolApi, somebody, type Answer, type Case, type SchoolApi } from './school-api.ts';

let api: SchoolApi;
beforeAll(async () => {
  api = await schoolApi();
});
afterAll(() => api.end());

/** An operation of the school's admin that is done. */
async function done(name: string): Promise<Case> {
  const started = await aCase(api, name);
  await queued(started.school, started.operation.id);
  await work(started.school, started.operation.id);
  return started;
}

const held = ({ school }: Case) => snapshot(api.database, school.orgId);

/** Every way in which somebody might ask for the undo of an operation whose id they know. */
const WAYS: Readonly<Record<string, (as: Actor, started: Case) => Promise<Answer>>> = {
  'its own address': (as, { operation }) => api.call(as, post(`${OPERATIONS}/${operation.id}/rollback`)),
  'its preview': (as, { operation }) =>
    api.call(as, { method: 'GET', url: `${OPERATIONS}/${operation.id}/rollback/preview` }),
  'the address of mass assignments': (as, { operation }) => api.call(as, post(`${MASS}/${operation.id}/rollback`)),
  'the name of the kind': (as, { operation }) =>
    api.call(as, post(OPERATIONS, wanted('undo', { operation_id: operation.id }))),
  'the name of the kind, with more said': (as, { operation: { id } }) =>
    api.call(as, post(OPERATIONS, { ...wanted('undo', { operation_id: id }), undo_of: id, plan: false })),
  'a template of the kind': (as, { operation }) => saveTemplate(api, as, 'undo', { operation_id: operation.id }),
  'a template that was put there': async (as, { school, operation }) => {
    const [template] = await query(
      school,
      sql<{ id: string }>`
        insert into operation_templates (org_id, id, name, operation_type, template_config, is_public, created_by_account)
        values (${school.orgId}, gen_random_uuid(), 'Undo', 'undo', ${JSON.stringify({ operation_id: operation.id })}, true, ${as.accountId})
        returning id`,
    );
    return api.call(as, post(OPERATIONS, { ...wanted('undo', {}), template_id: template?.id }));
  },
  'a retry': (as, { operation }) => api.call(as, post(`${OPERATIONS}/${operation.id}/retry`)),
  'another operation, changed into it': async (as, { operation }) => {
    const edits = [{ action: 'update', id: as.userId, values: { phone: '1' } }];
    const made = await api.call(as, post(OPERATIONS, wanted('edit_record', { entity: 'user', edits })));
    const body = { operation_type: 'undo', parameters: { operation_id: operation.id } };
    return api.call(as, { method: 'PATCH', url: `${OPERATIONS}/${String(made.body?.id ?? operation.id)}`, body });
  },
};

/** People of the school to whom the operation is not to undo. */
async function strangers(started: Case): Promise<Readonly<Record<string, Actor>>> {
  const { school } = started;
  const other = await aCase(api, 'course_create');
  const demoted = await somebody(api, school, 'subscriber_admin');
  await api.asOwner(`update users set roles = '{teacher}' where id = $1`, [demoted.userId]);
  const own = await somebody(api, school, 'teacher');
  await api.asOwner('update users set primary_teacher_id = $2 where org_id = $1 and not account_id is not null', [
    school.orgId,
    own.userId,
  ]);
  return {
    'a student': await somebody(api, school, 'student'),
    'a teacher': await somebody(api, school, 'teacher'),
    'the teacher of all its people': own,
    'the teacher_admin of its unit': await somebody(api, school, 'teacher_admin', school.unitIds[0]),
    'the teacher_admin of another unit': await somebody(api, school, 'teacher_admin', school.unitIds[1]),
    'an admin who is a teacher by now': demoted,
    'the admin of another organization': other.school.admin,
  };
}

it('undo is no kind that is offered, to whomever', async () => {
  const { school } = await aCase(api, 'course_create');
  for (const role of ['subscriber_admin', 'teacher_admin', 'teacher']) {
    const { body } = await api.call(await somebody(api, school, role), { method: 'GET', url: '/api/bulk/kinds' });
    expect(JSON.stringify(body)).not.toContain('"undo"');
  }
});

it('undo cannot be started by its name, from a template, or as a retry, whoever asks', async () => {
  const started = await done('user_status');
  const { admin } = started.school;
  const before = await held(started);
  const known = KINDS.map((kind) => kind.name).join(', ');
  for (const way of ['the name of the kind', 'a template of the kind', 'a template that was put there']) {
    const answer = await WAYS[way]?.(admin, started);
    expect([answer?.status, answer?.body.code], way).toEqual([400, 'unknown_kind']);
    expect(answer?.text, way).toContain(known);
  }
  const undone = await api.call(admin, post(`${OPERATIONS}/${started.operation.id}/rollback`));
  expect(undone.body.status).toBe('completed');
  expect(await held(started)).not.toEqual(before);
  const again = await api.call(admin, post(`${OPERATIONS}/${String(undone.body.id)}/retry`));
  expect([again.status, again.body.code]).toEqual([409, 'nothing_to_retry']);
});

/** Kinds whose items name people, rows without a subject, and records that are made. */
describe.each(['user_update', 'user_import', 'edit_record', 'course_create', 'assign_sequence', 'roster_set'])(
  "somebody else's operation of kind %s",
  (name) => {
    it('is undone by nobody who may not steer it, whatever they try, and nothing of it is told', async () => {
      const started = await done(name);
      const people = Object.entries(await strangers(started));
      await api.asOwner(
        `update users set display_name = 'Zyxw ' || display_name, family_name = 'Zyxw' where org_id = $1 and account_id is null`,
        [started.school.orgId],
      );
      const before = await held(started);
      for (const [who, as] of people)
        for (const [way, ask] of Object.entries(WAYS)) {
          const answer = await ask(as, started);
          expect([400, 403, 404, 409], `${who}, by ${way}: ${answer.text}`).toContain(answer.status);
          expect(answer.text, `${who}, by ${way}`).not.toMatch(/zyxw|s\d+@example/i);
        }
      expect(await held(started)).toEqual(before);
      const [undo] = await query(
        started.school,
        sql`select from operations where org_id = ${started.school.orgId} and (kind = 'undo' or undo_of is not null)`,
      );
      expect(undo).toBeUndefined();
    });
  },
);

describe.each(['user_update', 'course_create', 'edit_record'])('an undo of kind %s that waits', (name) => {
  it.each(['teacher', 'teacher_admin'])('takes nothing back once who asked for it is a %s', async (role) => {
    const started = await done(name);
    const { school, operation } = started;
    const second = await somebody(api, school, 'subscriber_admin');
    const asked = { engine: school.engine, actor: second };
    const planned = await inOrg(api.database, school.orgId, (tx) => planUndo({ ...asked, tx }, operation.id, {}));
    await setColumns(school, planned.id, sql`lane = 'large'`);
    await confirm(asked, planned.id, { planHash: planned.plan_hash ?? '', confirmCount: guardsOf(planned)[0]?.count });
    await api.asOwner('update users set roles = $2, unit_id = $3 where id = $1', [
      second.userId,
      [role],
      school.unitIds[0],
    ]);
    const before = await held(started);
    expect(await work(school, planned.id)).toMatchObject({ successful_items: 0 });
    expect(await held(started)).toEqual(before);
  });
});
