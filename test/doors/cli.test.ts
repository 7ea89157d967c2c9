/** The command line speaks the API: what is refused there is said with the same words, and by an exit code. */
import { PEOPLE_MAX } from '@muster/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../packages/cli/src/exit-codes.ts';
import { run } from '../../packages/cli/src/run.ts';
import { aTerminal } from '../../packages/cli/src/terminal-fixture.ts';
import { newId } from '../../packages/server/src/db/ids.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { openSession } from '../../packages/server/src/tenancy/sessions.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import { work } from '../fixtures/school.ts';
import { snapshot } from '../fixtures/snapshot.ts';
import { queued } from '../fixtures/stepwise.ts';
import { OPERATIONS, post, wanted } from './doors.ts';
import { aCase, idIn, schoolApi, somebody, type Answer, type Asked, type Case, type SchoolApi } from './school-api.ts';

let api: SchoolApi;
let url: string;
beforeAll(async () => {
  api = await schoolApi();
  url = await api.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => api.end());

const NOW = new Date('2026-11-02T08:00:00Z');

/** One call of `muster` by somebody who is signed in. */
async function muster(as: Actor, args: readonly string[]): Promise<{ exitCode: number; output: string }> {
  const { token } = await openSession(api.database, as.accountId, as.orgId, NOW);
  const terminal = aTerminal({ env: { MUSTER_URL: url, MUSTER_TOKEN: token, MUSTER_ORGANIZATION: as.orgId } });
  const exitCode = await run(args, terminal.terminal);
  return { exitCode, output: [...terminal.printed, ...terminal.told].join('\n') };
}

/** Whoever asks, what they type, and the same asked for at the API. */
interface Refused {
  readonly as: Actor;
  readonly typed: readonly string[];
  readonly asked: Asked;
}

const assigned = ({ params }: Case, students: readonly string[], ...more: string[]): string[] => [
  'assign',
  ...['--sequence', ...params.content_payload.sequence_ids],
  ...(students.length === 0 ? [] : ['--student', ...students]),
  ...more,
  '--yes',
];
const asking = ({ params }: Case, target: object): Asked =>
  post(OPERATIONS, wanted('assign_sequence', { content_payload: params.content_payload, target }));

/** One for each kind of rule. */
const REFUSALS: Readonly<Record<string, readonly [code: string, how: (started: Case) => Promise<Refused>]>> = {
  'a role that may not start it': [
    'forbidden',
    async (started) => {
      const [id = ''] = started.school.studentIds;
      const as = await somebody(api, started.school, 'student');
      return { as, typed: assigned(started, [id]), asked: asking(started, { student_ids: [id] }) };
    },
  ],
  'a lesser plan of the organization': [
    'plan_required',
    async (started) => {
      const { school } = started;
      const [id = ''] = school.studentIds;
      await api.asOwner(`update orgs set plan = 'solo' where id = $1`, [school.orgId]);
      const as = await somebody(api, school, 'teacher_admin', school.unitIds[0]);
      return { as, typed: assigned(started, [id]), asked: asking(started, { student_ids: [id] }) };
    },
  ],
  'more people than the role may change': [
    'limit_exceeded',
    async (started) => {
      const student_ids = Array.from({ length: (PEOPLE_MAX.teacher ?? 0) + 1 }, () => newId());
      const as = await somebody(api, started.school, 'teacher');
      return { as, typed: assigned(started, student_ids), asked: asking(started, { student_ids }) };
    },
  ],
  nobody: [
    'empty_selection',
    async (started) => ({
      as: started.school.admin,
      typed: assigned(started, [], '--grade', 'none'),
      asked: asking(started, { selection: { grade_level: 'none' } }),
    }),
  ],
  'parameters that cannot be read': [
    'validation_failed',
    async (started) => ({
      as: started.school.admin,
      typed: assigned(started, started.school.studentIds.slice(0, 1), '--due', 'tomorrow'),
      asked: post(
        OPERATIONS,
        wanted('assign_sequence', {
          content_payload: started.params.content_payload,
          target: { student_ids: started.school.studentIds.slice(0, 1) },
          scheduling: { due_date: 'tomorrow' },
        }),
      ),
    }),
  ],
  "an approval of one's own": [
    'own_approval',
    async (started) => {
      const { admin, studentIds } = started.school;
      const data = wanted('user_status', { target: { student_ids: studentIds.slice(0, 1) }, status: 'inactive' });
      const id = idIn(await api.call(admin, post(OPERATIONS, { ...data, requires_approval: true })));
      return { as: admin, typed: ['operations', 'approve', id], asked: post(`${OPERATIONS}/${id}/approve`) };
    },
  ],
  'an undo of what is not theirs': [
    'not_found',
    async (started) => {
      const { school } = started;
      const as = await somebody(api, school, 'teacher');
      await queued(school, started.operation.id);
      await work(school, started.operation.id);
      const { id } = started.operation;
      return { as, typed: ['operations', 'undo', id, '--yes'], asked: post(`${OPERATIONS}/${id}/rollback`) };
    },
  ],
  'a number that was not typed': [
    'confirm_count_mismatch',
    async (started) => {
      const { school, operation } = started;
      const { plan_hash } = await planOperation(school.engine, school.orgId, operation.id);
      return {
        as: school.admin,
        typed: ['operations', 'start', operation.id, '--confirm-count', '5'],
        asked: post(`${OPERATIONS}/${operation.id}/start`, { plan_hash, confirm_count: 5 }),
      };
    },
  ],
};

it.each(Object.entries(REFUSALS))('the command line refuses as the API does: %s', async (_name, [code, how]) => {
  const started = await aCase(api, 'assign_sequence');
  const { as, typed, asked } = await how(started);
  const before = await snapshot(api.database, started.school.orgId);
  const answer: Answer = await api.call(as, asked);
  expect(answer.body.code).toBe(code);
  const { exitCode, output } = await muster(as, typed);
  expect(output).toContain(`error: ${String(answer.body.detail)}`);
  expect(exitCode).toBe(EXIT.refused);
  expect(await snapshot(api.database, started.school.orgId)).toEqual(before);
});
