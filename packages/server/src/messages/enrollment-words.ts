import { z } from 'zod';
import { batchFacts, batchLines, dayWords, type BatchFacts } from './batch-facts.ts';
import { letter, type Message, type Words } from './message.ts';

/** A course as bulk enrollments list them: `name` is the course's, `batch` its batch's. */
const course = z.looseObject({
  name: z.string(),
  batch: z.string().nullish(),
  starts: z.string().nullish(),
  ends: z.string().nullish(),
  schedule: batchFacts.shape.schedule,
  access_until: z.string().nullish(),
});
/** Bulk enrollments list courses; a single one names its course, and its batch where it has one. */
const payload = z.looseObject({
  courses: z.array(course).default([]),
  course: z.string().nullish(),
  batch: batchFacts.nullish(),
});

interface Place extends BatchFacts {
  readonly until: string | null;
}

export function enrolledWords(message: Message): Words {
  const places = placesOf(message);
  return letter(message, `you are enrolled in ${summary(places)}`, [
    `${message.org.name} has enrolled you in:`,
    places.map((place) => batchLines(place)).join('\n'),
  ]);
}

export function startedWords(message: Message): Words {
  const places = placesOf(message);
  const has = places.length === 1 ? 'has' : 'have';
  return letter(message, `${summary(places)} ${has} started`, [
    'This has started, and you are enrolled in it:',
    places.map((place) => batchLines(place)).join('\n'),
  ]);
}

export function endedWords(message: Message): Words {
  const places = placesOf(message);
  const lines = places.map((place) =>
    batchLines(place, place.until === null ? '' : `with access until ${dayWords(place.until, message.org.timezone)}`),
  );
  return letter(message, `your enrollment in ${summary(places)} ends`, [
    `${message.org.name} has ended your enrollment in:`,
    lines.join('\n'),
  ]);
}

function placesOf({ payloads }: Message): Place[] {
  return payloads.flatMap((each) => {
    const { courses, course: alone, batch } = payload.parse(each);
    const listed = courses.map((one) => ({
      name: one.batch ?? one.name,
      course: one.name,
      start_date: one.starts,
      end_date: one.ends,
      schedule: one.schedule,
      until: one.access_until ?? null,
    }));
    if (batch != null) return [...listed, { ...batch, until: null }];
    return alone == null ? listed : [...listed, { name: alone, until: null }];
  });
}

function summary(places: readonly Place[]): string {
  const [only] = places;
  if (places.length !== 1 || only === undefined) return `${String(places.length)} courses`;
  return only.course ?? only.name;
}
