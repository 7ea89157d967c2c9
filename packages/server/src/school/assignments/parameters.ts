/** The parameters of an assignment: their ranges, their defaults, and which value holds for whom. */
import { Problem, problemError } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { PEOPLE_LISTED_MAX, targetSchema } from '../people/targets.ts';

/** A day, or a moment with its offset from UTC. */
const moment = z
  .string()
  .refine((text) => z.union([z.iso.date(), z.iso.datetime({ offset: true })]).safeParse(text).success, {
    message: 'give a date (2026-12-20) or a time with its offset (2026-12-20T08:00:00Z)',
    params: { code: 'invalid_dates' },
  })
  .meta({ format: 'date-time', examples: ['2026-12-20', '2026-12-20T08:00:00Z'] });

const STEPS_MAX = 1_000;

const parametersSchema = z.strictObject({
  mastery_threshold: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .meta({
      title: 'Mastery from',
      description: 'The score at which a step is mastered; 80 when left out.',
      unit: '%',
    }),
  retry_policy: z
    .strictObject({
      max_retries: z
        .int()
        .min(0)
        .max(20)
        .nullable()
        .optional()
        .meta({
          title: 'Retries',
          description: 'How often a step may be tried again; 3 when left out, null is no end.',
        }),
      wait_hours: z
        .int()
        .min(0)
        .max(168)
        .optional()
        .meta({ title: 'Wait between tries', description: 'None when left out.', unit: 'hours' }),
      keep: z
        .enum(['best', 'last'])
        .optional()
        .meta({ title: 'Score that counts', description: 'Of several tries; the best when left out.' }),
    })
    .optional()
    .meta({ title: 'Retries', description: 'Whether and when a step may be tried again.' }),
  progression_rule: z
    .enum(['sequential', 'free', 'mastery_gated'])
    .optional()
    .meta({
      title: 'Order of steps',
      description: 'One after another when left out.',
      labels: { sequential: 'One after another', free: 'In any order', mastery_gated: 'The next once one is mastered' },
    }),
  optional_steps: z
    .array(z.int().min(1).max(STEPS_MAX))
    .max(STEPS_MAX)
    .optional()
    .meta({ title: 'Optional steps', description: 'Numbers of the steps that need not be done.' }),
});

export const RELEASES_MAX = 52;

const START = { title: 'Opens', description: 'A day, or a moment with its offset from UTC; at once when left out.' };
const DUE = { title: 'Due', description: 'A day, of which it is the end, or a moment with its offset from UTC.' };

const schedulingSchema = z.strictObject({
  start_date: moment.nullish().meta(START),
  due_date: moment.nullish().meta(DUE),
  staggered_release: z
    .boolean()
    .default(false)
    .meta({ title: 'In groups', description: 'Students begin in groups, one group after another.' }),
  stagger_interval: z
    .int()
    .min(1)
    .max(366)
    .default(7)
    .meta({ title: 'Between groups', description: 'From the start of one group to that of the next.', unit: 'days' }),
  groups: z
    .int()
    .min(2)
    .max(RELEASES_MAX)
    .default(3)
    .meta({ title: 'Groups', description: 'How many, all of about the same size.', unit: 'groups' }),
  release_order: z
    .enum(['alphabetical', 'random', 'custom'])
    .default('alphabetical')
    .meta({
      title: 'Who begins first',
      description: 'Lots fall the same whenever they are drawn.',
      labels: { alphabetical: 'By name', random: 'By lot', custom: 'By name, but for who is placed by hand' },
    }),
});

const conflictPolicy = z.enum(['skip', 'merge', 'create_new', 'override']);
const CONFLICT = {
  title: 'Who has it already',
  description: 'What becomes of a student who has the same content open.',
  labels: {
    skip: 'Leave as it is',
    merge: 'Change the open one',
    create_new: 'Give a second one',
    override: 'Withdraw it and give a new one',
  },
};
/** What may differ for one student or group. */
export const ownParameters = z.strictObject({
  ...parametersSchema.shape,
  start_date: moment.optional().meta(START),
  due_date: moment.optional().meta(DUE),
  conflict_policy: conflictPolicy.optional().meta(CONFLICT),
  release: z
    .int()
    .min(1)
    .max(RELEASES_MAX)
    .optional()
    .meta({ title: 'Group of the release', description: 'Where students begin in groups and are placed by hand.' }),
});

/** What a request may say of an assignment, whatever is assigned; nothing is filled in. */
export const assignmentFields = {
  target: targetSchema,
  parameters: parametersSchema.meta({ title: 'Rules', description: 'What holds while the students work on it.' }),
  scheduling: schedulingSchema.meta({ title: 'Dates', description: 'When it opens and when it is due.' }),
  conflict_policy: conflictPolicy.meta(CONFLICT),
  differentiation: z
    .strictObject({
      groups: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(100).meta({ title: 'Name', description: 'What the group is called.' }),
            student_ids: z
              .array(z.uuid())
              .max(PEOPLE_LISTED_MAX)
              .meta({ title: 'Students', description: 'Who is in it.', entity: 'user', many: true, role: 'student' }),
            parameters: ownParameters.meta({ title: 'Rules', description: 'What differs for the group.' }),
          }),
        )
        .max(10)
        .meta({ title: 'Groups', description: 'Nobody is in two of them.' }),
    })
    .meta({ title: 'Differentiation', description: 'Groups of students for whom some rules differ.' }),
  overrides: z
    .record(z.uuid(), ownParameters)
    .refine((byStudent) => Object.keys(byStudent).length <= PEOPLE_LISTED_MAX, `give at most ${PEOPLE_LISTED_MAX}`)
    .meta({
      title: 'Single students',
      description: 'Rules that differ for one student, by the id of the student.',
      entity: 'user',
      many: true,
      role: 'student',
      maxProperties: PEOPLE_LISTED_MAX,
    }),
  notify: z.boolean().meta({ title: 'Tell them', description: 'Whether the students are told.' }),
};

export const assignmentParams = z.strictObject({
  target: targetSchema,
  parameters: assignmentFields.parameters.default({}),
  scheduling: assignmentFields.scheduling.prefault({}),
  conflict_policy: assignmentFields.conflict_policy.default('skip'),
  differentiation: assignmentFields.differentiation.optional(),
  overrides: assignmentFields.overrides.default({}),
  notify: assignmentFields.notify.default(true),
});
export type AssignmentParams = z.infer<typeof assignmentParams>;
type Own = z.infer<typeof ownParameters>;

/** `values` are columns of an assignment. */
interface Effective {
  readonly values: Readonly<Record<string, unknown>>;
  readonly conflict_policy?: string;
  readonly optional_steps?: readonly number[];
  readonly release?: number;
}
export interface EffectiveParameters {
  readonly base: Effective;
  readonly byStudent: Readonly<Record<string, Effective>>;
  /** Dates that cannot hold together. */
  readonly faults: readonly DateFault[];
}
export interface DateFault {
  readonly field: string;
  readonly reason: string;
}

/** @throws Problem `validation_failed` for a student in two groups. */
export async function effectiveParameters(
  tx: OrgTransaction,
  params: AssignmentParams,
  context: { now: Date; timezone: string },
): Promise<EffectiveParameters> {
  const groups = params.differentiation?.groups ?? [];
  assertOneGroupEach(groups);
  const { start_date, due_date } = params.scheduling;
  const own: Own = {
    ...params.parameters,
    conflict_policy: params.conflict_policy,
    ...(start_date == null ? {} : { start_date }),
    ...(due_date == null ? {} : { due_date }),
  };
  const times = await resolveTimes(
    tx,
    [own, ...groups.map((g) => g.parameters), ...Object.values(params.overrides)],
    context.timezone,
  );
  const base = { ...effective(own, times), optional_steps: own.optional_steps ?? [] };
  const byStudent: Record<string, Effective> = {};
  for (const group of groups) for (const id of group.student_ids) byStudent[id] = effective(group.parameters, times);
  for (const [id, values] of Object.entries(params.overrides)) {
    const before = byStudent[id];
    const now = effective(values, times);
    byStudent[id] = before === undefined ? now : { ...before, ...now, values: { ...before.values, ...now.values } };
  }
  const faults = [base, ...Object.values(byStudent)].flatMap(({ values }) =>
    dateFaults({ ...base.values, ...values }, context.now),
  );
  return { base, byStudent, faults: [...new Map(faults.map((fault) => [fault.reason, fault])).values()] };
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
    ...(own.release === undefined ? {} : { release: own.release }),
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
async function resolveTimes(tx: OrgTransaction, all: readonly Own[], timezone: string): Promise<Map<string, string>> {
  const starts = new Set(all.flatMap((own) => own.start_date ?? []));
  const dues = new Set(all.flatMap((own) => own.due_date ?? []));
  if (starts.size + dues.size === 0) return new Map();
  const named = [...[...starts].map((text) => ['start', text]), ...[...dues].map((text) => ['due', text])];
  const resolved = await rows(
    tx,
    sql<{ name: string; at: string }>`
    select kind || ' ' || text as name, to_jsonb(case when text ~* 'T' then text::timestamptz
      else (text::date + case kind when 'start' then time '00:00:00' else time '23:59:59' end) at time zone ${timezone} end) #>> '{}' as at
    from unnest(${named.map(([kind]) => kind)}::text[], ${named.map(([, text]) => text)}::text[]) as named(kind, text)`,
  );
  return new Map(resolved.map((row) => [row.name, row.at]));
}

const DAY_MS = 86_400_000;

function dateFaults(values: Readonly<Record<string, unknown>>, now: Date): DateFault[] {
  const { start_at: start, due_at: due } = values;
  const starts = typeof start === 'string' ? Date.parse(start) : now.getTime();
  const faults: DateFault[] = [];
  const fault = (field: string, reason: string): number => faults.push({ field: `scheduling.${field}`, reason });
  if (starts < now.getTime() - DAY_MS) fault('start_date', 'the start lies more than a day in the past');
  if (typeof due !== 'string') return faults;
  if (Date.parse(due) <= starts) fault('due_date', 'it is due before it starts');
  if (Date.parse(due) > now.getTime() + 2 * 365.25 * DAY_MS) fault('due_date', 'it is due more than two years ahead');
  return faults;
}
