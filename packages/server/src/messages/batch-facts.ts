/** What messages say of batches, read from what kinds write down. */
import { z } from 'zod';

const slot = z.looseObject({ day: z.string(), start_time: z.string(), end_time: z.string() });

export const batchFacts = z.looseObject({
  name: z.string(),
  course: z.string().nullish(),
  start_date: z.string().nullish(),
  end_date: z.string().nullish(),
  schedule: z.array(slot).nullish(),
});
export type BatchFacts = z.infer<typeof batchFacts>;

/** "- Mathematics: Grade 10, from 1 September 2026 to 18 December 2026", and its weekly times below. */
export function batchLines(batch: BatchFacts, remark = ''): string {
  const title = [batch.course, batch.name].filter((part) => part != null && part !== '');
  const dates = [
    ...(batch.start_date == null ? [] : [`from ${dayWords(batch.start_date)}`]),
    ...(batch.end_date == null ? [] : [`to ${dayWords(batch.end_date)}`]),
  ].join(' ');
  const first = [[...new Set(title)].join(': '), dates, remark].filter((part) => part !== '');
  const times = (batch.schedule ?? []).map(({ day, start_time: from, end_time: to }) => `  ${day} ${from} to ${to}`);
  return [`- ${first.join(', ')}`, ...times].join('\n');
}

/** @param day - A date, or a time, of which the date is said as it stands. */
export function dayWords(day: string, timezone = 'UTC'): string {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(day);
  const at = new Date(day);
  if (Number.isNaN(at.getTime())) return day;
  const zone = isDate ? 'UTC' : timezone;
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: zone }).format(at);
}
