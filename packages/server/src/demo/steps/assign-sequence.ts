import { z } from 'zod';
import type { Api } from '../api.ts';
import { ASSIGNED_TITLE } from '../school/library.ts';
import { sayPage, untilPhase } from './operation.ts';
import { peopleByExternalId } from './people.ts';
import { idsByName } from './records.ts';
import { counted, grouped, labelled, type Stage } from './step.ts';

const PATH = '/api/v1/mass-assignments';
const GRADE = '07';
const DUE_DAYS = 28;
const DAY_MS = 86_400_000;
const REPORT_LINES = 3;
const REPORT_LINE_CHARS = 106;

const draft = z.object({ operation_id: z.string() });
const finding = z.object({ code: z.string(), student_id: z.string().nullable(), message: z.string() });
const validation = z.object({
  errors: z.array(finding),
  warnings: z.array(finding),
  conflicts: z.array(finding),
  student_count: z.int(),
});
const plan = z.object({
  summary: z.string(),
  plan_hash: z.string(),
  confirm_count: z.int().nullable(),
  impact: z.object({ to_create: z.int(), to_modify: z.int(), to_skip: z.int(), students: z.int() }),
  rows: z.array(z.object({ student_id: z.string().nullable() })),
});
const status = z.object({ progress: z.object({ successful: z.int(), skipped: z.int(), failed: z.int() }) });

export interface Assigned {
  readonly operationId: string;
  /** Some of those who got it just now. */
  readonly studentIds: readonly string[];
}

/** One sequence for everybody in grade 7 of all schools, and for two who came late. */
export async function assignSequence(stage: Stage): Promise<Assigned> {
  const { api, school, say } = stage;
  const people = await peopleByExternalId(api);
  const target = {
    selection: { grade_level: GRADE },
    student_ids: school.lateIds.flatMap((externalId) => people.get(externalId)?.id ?? []),
  };
  const { operation_id: id } = await api.post(draft, PATH, {
    operation_type: 'assign_sequence',
    name: `${ASSIGNED_TITLE} for grade ${GRADE}`,
    target,
    content_payload: { sequence_id: await sequenceId(api) },
    scheduling: { due_date: dayAfter(DUE_DAYS) },
    conflict_policy: 'skip',
  });
  let found = await api.post(validation, `${PATH}/${id}/validate`, {});
  say(
    labelled(
      'Checked',
      `${counted(found.student_count, 'student')}; ${counted(found.errors.length, 'error')}, ${counted(found.conflicts.length, 'conflict')}`,
    ),
  );
  if (found.errors.length > 0) {
    for (const { code, message } of found.errors) say(labelled('', `${code}: ${message}`));
    const exclude = found.errors.flatMap(({ student_id }) => student_id ?? []);
    await api.patch(draft, `${PATH}/${id}`, { target: { ...target, exclude } });
    found = await api.post(validation, `${PATH}/${id}/validate`, {});
    say(
      labelled(
        '',
        `excluded and checked again: ${counted(found.student_count, 'student')}; ${counted(found.errors.length, 'error')}`,
      ),
    );
  }
  const preview = await api.get(plan, `${PATH}/${id}/preview`);
  const { to_create, to_modify, to_skip } = preview.impact;
  say(
    labelled(
      'Preview',
      `${preview.summary}; ${grouped(to_modify)} modified, ${grouped(to_skip)} skipped because they have it.`,
    ),
  );
  await confirm(api, id);
  await untilPhase(api, id, 'done');
  await sayReport(stage, id);
  sayPage(stage, id);
  const created = to_create === 0 ? [] : (await api.get(plan, `${PATH}/${id}/preview?outcome=create`)).rows;
  return { operationId: id, studentIds: created.flatMap(({ student_id }) => student_id ?? []) };
}

/** For some students another one with a later due date in place of the first, as a colleague might decide. */
export async function giveMoreTime(stage: Stage, studentIds: readonly string[]): Promise<void> {
  const { api, say } = stage;
  const { operation_id: id } = await api.post(draft, PATH, {
    operation_type: 'assign_sequence',
    name: `More time for ${counted(studentIds.length, 'student')}`,
    target: { student_ids: studentIds },
    content_payload: { sequence_id: await sequenceId(api) },
    scheduling: { due_date: dayAfter(2 * DUE_DAYS) },
    conflict_policy: 'override',
  });
  await api.post(validation, `${PATH}/${id}/validate`, {});
  const typed = await confirm(api, id);
  await untilPhase(api, id, 'done');
  const safety = typed === null ? '' : ` Because it replaces, the number had to be typed: ${typed}.`;
  say(
    labelled(
      'Result',
      `${counted(studentIds.length, 'student')} got ${DUE_DAYS} more days, in place of the first assignment.${safety}`,
    ),
  );
  sayPage(stage, id);
}

/**
 * With the hash of the plan, what it warns of acknowledged, and the number of students where it has to be typed.
 *
 * @returns that number, or null.
 */
async function confirm(api: Api, id: string): Promise<number | null> {
  const { plan_hash, confirm_count } = await api.get(plan, `${PATH}/${id}/preview`);
  await api.post(status, `${PATH}/${id}/confirm`, {
    plan_hash,
    acknowledge_warnings: true,
    ...(confirm_count === null ? {} : { confirm_count }),
  });
  return confirm_count;
}

async function sayReport({ api, say }: Stage, id: string): Promise<void> {
  const { progress } = await api.get(status, `${PATH}/${id}`);
  say(
    labelled(
      'Result',
      `${grouped(progress.successful)} assigned, ${grouped(progress.skipped)} skipped, ${grouped(progress.failed)} failed.`,
    ),
  );
  const lines = (await api.text(`${PATH}/${id}/report.csv`)).replace('\uFEFF', '').trimEnd().split('\r\n');
  const [header = '', ...rows] = lines;
  say(labelled('Report', `CSV, ${counted(rows.length, 'line')}, beginning with`));
  for (const line of [header, ...rows.slice(0, REPORT_LINES - 1)]) say(labelled('', fitted(line)));
}

function fitted(line: string): string {
  return line.length <= REPORT_LINE_CHARS ? line : `${line.slice(0, REPORT_LINE_CHARS - 1)}…`;
}

async function sequenceId(api: Api): Promise<string | undefined> {
  return (await idsByName(api, '/api/sequences')).get(ASSIGNED_TITLE);
}

function dayAfter(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}
