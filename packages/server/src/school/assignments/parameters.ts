/** The parameters of an assignment: their ranges, their defaults, and which value holds for whom. */
import { Problem, problemError, type ProblemError } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { one, type OrgTransaction } from '../../db/database.ts';
import { targetSchema } from '../people/targets.ts';

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

const parametersSchema = z.strictObject({
  mastery_threshold: z.int().min(0).max(100).optional(),
  retry_policy: z
    .strictObject({
      max_retries: z.int().min(0).max(20).nullable().optional(),
      wait_hours: z.int().min(0).max(168).optional(),
      keep: z.enum(['best', 'last']).optional(),
    })
    .optional(),
  progression_rule: z.enum(['sequential', 'free', 'mastery_gated']).optional(),
  optional_steps: z.array(z.int().min(1)).optional(),
});

const conflictPolicy = z.enum(['skip', 'merge', 'create_new', 'override']);
/** What may differ for one student or group. */
const ownSchema = z.strictObject({
  ...parametersSchema.shape,
  start_date: moment.optional(),
  due_date: moment.optional(),
  conflict_policy: conflictPolicy.optional(),
});

export const assignmentParams = z.strictObject({
  target: targetSchema,
  parameters: parametersSchema.default({}),
  scheduling: z.strictObject({ start_date: moment.nullish(), due_date: moment.nullish() }).default({}),
  conflict_policy: conflictPolicy.default('skip'),
  /** Groups of students for whom some values differ; nobody is in two. */
  differentiation: z
    .strictObject({
      groups: z
        .array(z.strictObject({ name: z.string().min(1).max(100), student_ids: z.array(z.uuid()), parameters: ownSchema }))
        .max(10),
    })
    .optional(),
  /** Values for single students, by student id. */
  overrides: z.record(z.uuid(), ownSchema).default({}),
  notify: z.boolean().default(true),
});
export type AssignmentParams = z.infer<typeof assignmentParams>;
type Own = z.infer<typeof ownSchema>;

/** `values` are columns of an assignment. */
interface Effective {
  readonly values: Readonly<Record<string, unknown>>;
  readonly conflict_policy?: string;
  readonly optional_steps?: readonly number[];
}
export interface EffectiveParameters {
  readonly base: Effective;
  readonly byStudent: Readonly<Record<string, Effective>>;
}

/** @throws Problem `validation_failed` with `invalid_dates` or a student in two groups. */
export async function effectiveParameters(
  tx: OrgTransaction,
  params: AssignmentParams,
  context: { now: Date; timezone: string },
): Promise<EffectiveParameters> {
  const groups = params.differentiation?.groups ?? [];
  assertOneGroupEach(groups);
  const { start_date, due_date } = params.scheduling;
  const base: Own = {
    ...params.parameters, conflict_policy: params.conflict_policy,
    ...(start_date == null ? {} : { start_date }), ...(due_date == null ? {} : { due_date }),
  }; // prettier-ignore
  const times = await resolveTimes(tx, [base, ...groups.map((g) => g.parameters), ...Object.values(params.overrides)], context);
  const byStudent: Record<string, Effective> = {};
  for (const group of groups) for (const id of group.student_ids) byStudent[id] = effective(group.parameters, times);
  for (const [id, own] of Object.entries(params.overrides)) {
    const before = byStudent[id];
    const now = effective(own, times);
    byStudent[id] = before === undefined ? now : { ...before, ...now, values: { ...before.values, ...now.values } };
  }
  return { base: { ...effective(base, times), optional_steps: base.optional_steps ?? [] }, byStudent };
}

function effective(own: Own, times: ReadonlyMap<string, string>): Effective {
  const values = {
    mastery_threshold: own.mastery_threshold,
    max_retries: own.retry_policy?.max_retries,
    retry_wait_hours: own.retry_policy?.wait_hours,
    retry_keep: own.retry_policy?.keep,
    progression_rule: own.progression_rule,
    start_at: own.start_date === undefined ? undefined : times.get(`start ${own.start_date}`),
    due_at: own.due_date === undefined ? undefined : times.get(`due ${own.due_date}`),
  };
  return {
    values: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)),
    ...(own.conflict_policy === undefined ? {} : { conflict_policy: own.conflict_policy }),
    ...(own.optional_steps === undefined ? {} : { optional_steps: own.optional_steps }),
  };
}

function assertOneGroupEach(groups: readonly { student_ids: readonly string[] }[]): void {
  const ids = groups.flatMap((group) => group.student_ids);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice === undefined) return;
  throw new Problem('validation_failed', { count: 1 }, [
    { ...problemError('student_in_two_groups', { subject: twice }), field: 'differentiation.groups' },
  ]);
}

/** A date without a time begins at 00:00 and is due at 23:59:59 in the organization's time zone. */
async function resolveTimes(tx: OrgTransaction, all: readonly Own[], context: { now: Date; timezone: string }): Promise<Map<string, string>> {
  const times = new Map<string, string>();
  const errors: ProblemError[] = [];
  for (const own of all) {
    if (own.start_date === undefined && own.due_date === undefined) continue;
    const at = (text: string | undefined, time: string) =>
      text === undefined ? sql`null::timestamptz`
        : /T/i.test(text) ? sql`${text}::timestamptz` : sql`(${text}::date + ${time}::time) at time zone ${context.timezone}`; // prettier-ignore
    const { start, due } = await one(tx, sql<{ start: string | null; due: string | null }>`
      select to_jsonb(${at(own.start_date, '00:00:00')}) #>> '{}' as start, to_jsonb(${at(own.due_date, '23:59:59')}) #>> '{}' as due`);
    errors.push(...dateFaults(start, due, context.now));
    if (start !== null && own.start_date !== undefined) times.set(`start ${own.start_date}`, start);
    if (due !== null && own.due_date !== undefined) times.set(`due ${own.due_date}`, due);
  }
  if (errors.length > 0) throw new Problem('validation_failed', { count: errors.length }, errors);
  return times;
}

const DAY_MS = 86_400_000;

function dateFaults(start: string | null, due: string | null, now: Date): ProblemError[] {
  const fault = (field: string, reason: string): ProblemError => problemError('invalid_dates', { field, reason });
  const starts = start === null ? now.getTime() : Date.parse(start);
  const faults: ProblemError[] = [];
  if (starts < now.getTime() - DAY_MS) faults.push(fault('scheduling.start_date', 'the start lies more than a day in the past'));
  if (due === null) return faults;
  if (Date.parse(due) <= starts) faults.push(fault('scheduling.due_date', 'it is due before it starts'));
  if (Date.parse(due) > now.getTime() + 2 * 365.25 * DAY_MS) faults.push(fault('scheduling.due_date', 'it is due more than two years ahead'));
  return faults;
}
