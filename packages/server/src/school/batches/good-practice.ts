/** Hints of good practice for batches: they never block, and every number is the organization's to set. */
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { because } from '../because.ts';
import { slotSchema } from './fields.ts';
import { slotsOf } from './timetable.ts';

const share = z.number().min(0).max(100);
const count = z.int().min(0).max(10_000);
const { start_time, end_time } = slotSchema.shape;

const numbersSchema = z.strictObject({
  students_min: count.describe('A capacity below is hinted at; 8'),
  students_max: count.describe('A capacity above is hinted at; 15'),
  reserve_percent: share.describe('Fewer free seats are hinted at; 20'),
  reserve_percent_low: share.describe('Fewer free seats are warned of; 10'),
  instructor_batches: count.describe('So many active batches of a teacher are usual; 3'),
  instructor_batches_max: count.describe('More active batches of a teacher are warned of; 4'),
  classes_per_week: count.describe('3'),
  class_minutes: count.describe('120'),
  class_times: z.array(z.strictObject({ start_time, end_time })).max(20).describe('08:00 to 10:00, 18:00 to 20:00'),
  days_between_classes: z.boolean().describe('Whether classes on days that follow each other are hinted at; true'),
});
export type GoodPractice = z.infer<typeof numbersSchema>;

/** As it stands in `settings.good_practice` of the organization: any of the numbers. */
export const goodPracticeSchema = numbersSchema.partial();

const ADVISED: GoodPractice = {
  students_min: 8,
  students_max: 15,
  reserve_percent: 20,
  reserve_percent_low: 10,
  instructor_batches: 3,
  instructor_batches_max: 4,
  classes_per_week: 3,
  class_minutes: 120,
  class_times: [
    { start_time: '08:00', end_time: '10:00' },
    { start_time: '18:00', end_time: '20:00' },
  ],
  days_between_classes: true,
};

export function goodPractice(settings: Readonly<Record<string, unknown>>): GoodPractice {
  const own = goodPracticeSchema.safeParse(settings['good_practice'] ?? {});
  return numbersSchema.parse({ ...ADVISED, ...(own.success ? own.data : {}) });
}

/**
 * The hints on a batch, as a list of `{code, …}`; null where there are none.
 * @param b - Alias of a row with `capacity`, `enrolled_students`, `timetable`, `status` and `lead_id`.
 * @param activeBatches - Number of active batches of the lead teacher, this one included.
 */
export function batchHints(b: string, numbers: GoodPractice, activeBatches: RawBuilder<unknown>): RawBuilder<unknown> {
  const of = (column: string) => sql.ref(`${b}.${column}`);
  return listOf([
    sql`case when ${of('lead_id')} is null then ${because('batch_without_instructor')} end`,
    sql`case when ${of('capacity')} is null then ${because('batch_without_capacity')}
      when ${of('capacity')} not between ${numbers.students_min} and ${numbers.students_max} then
        ${because('capacity_advised', { capacity: of('capacity'), min: sql`${numbers.students_min}::int`, max: sql`${numbers.students_max}::int` })} end`,
    seatHint(of('capacity'), of('enrolled_students'), numbers),
    loadHint(of('status'), activeBatches, numbers),
    ...scheduleHints(of('timetable'), numbers),
  ]);
}

/** The hint on the seats left for late enrollments; null where enough are free. */
export function seatHint(
  capacity: RawBuilder<unknown>,
  enrolled: RawBuilder<unknown>,
  { reserve_percent: usual, reserve_percent_low: low }: GoodPractice,
): RawBuilder<unknown> {
  const free = sql`(${capacity} - ${enrolled})`;
  const said = (percent: number) => ({ percent: sql`${percent}::numeric`, free, capacity });
  return sql`case
    when ${free} * 100 < ${capacity} * ${low}::numeric then ${because('seats_reserve_gone', said(low))}
    when ${free} * 100 < ${capacity} * ${usual}::numeric then ${because('seats_reserve_low', said(usual))} end`;
}

/** Those of the given values that are not null, as a JSON list; null where none is left. */
export function listOf(values: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql`nullif(jsonb_path_query_array(jsonb_build_array(${sql.join(values)}), '$[*] ? (@ != null)'), '[]')`;
}

function loadHint(
  status: RawBuilder<unknown>,
  batches: RawBuilder<unknown>,
  { instructor_batches: usual, instructor_batches_max: most }: GoodPractice,
): RawBuilder<unknown> {
  const said = (limit: number) => ({ count: batches, limit: sql`${limit + 1}::int` });
  return sql`case when ${status} <> 'active' then null
    when ${batches} > ${most} then ${because('instructor_batches_too_many', said(most))}
    when ${batches} > ${usual} then ${because('instructor_batches_many', said(usual))} end`;
}

function scheduleHints(timetable: RawBuilder<unknown>, numbers: GoodPractice) {
  const slots = slotsOf(timetable);
  const named = sql`string_agg(s.day || ' ' || s.start_time || '-' || s.end_time, ', ' order by s.n)`;
  const { class_times: times } = numbers;
  const advised = times.map((one) => `${one.start_time}-${one.end_time}`).join(', ');
  const isAdvised = sql`exists (
    select from jsonb_to_recordset(${JSON.stringify(times)}::jsonb) as t(start_time text, end_time text)
    where t.start_time <= s.start_time and s.end_time <= t.end_time)`;
  const number = sql`jsonb_array_length(${timetable})`;
  return [
    sql`case when ${number} not in (0, ${numbers.classes_per_week}) then
      ${because('classes_per_week_advised', { count: number, advised: sql`${numbers.classes_per_week}::int` })} end`,
    sql`(select case when count(*) > 0 then ${because('class_minutes_advised', { advised: sql`${numbers.class_minutes}::int`, slots: named })} end
      from ${slots} s where s.ends - s.begins <> ${numbers.class_minutes})`,
    sql`(select case when count(*) > 0 then ${because('class_times_advised', { advised: sql`${advised}::text`, slots: named })} end
      from ${slots} s where ${times.length > 0} and not ${isAdvised})`,
    sql`(select case when count(*) > 0 then ${because('class_days_adjacent', { days: sql`string_agg(distinct s.day || ' and ' || o.day, ', ')` })} end
      from ${slots} s join ${slots} o on (o.day_no - s.day_no + 7) % 7 = 1 where ${numbers.days_between_classes})`,
  ];
}
