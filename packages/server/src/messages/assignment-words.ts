import { z } from 'zod';
import { dayWords } from './batch-facts.ts';
import { letter, type Message, type Words } from './message.ts';

const given = z.looseObject({
  assignments: z.array(z.looseObject({ title: z.string(), due_at: z.string().nullable(), is_new: z.boolean() })),
});
const givenToStudents = z.looseObject({ students: z.int(), titles: z.array(z.string()) });
const withdrawn = z.looseObject({ titles: z.array(z.string()) });

/** To the student who can begin. */
export function assignmentGivenWords(message: Message): Words {
  const all = message.payloads.flatMap((each) => given.parse(each).assignments);
  const lines = (isNew: boolean): string =>
    all
      .filter((one) => one.is_new === isNew)
      .map(({ title, due_at: dueAt }) =>
        dueAt === null ? `- ${title}` : `- ${title}, due on ${dayWords(dueAt, message.org.timezone)}`,
      )
      .join('\n');
  const [added, changed] = [lines(true), lines(false)];
  const [only] = all;
  const subject = all.length === 1 && only !== undefined ? only.title : `${String(all.length)} assignments`;
  return letter(message, `${added === '' ? 'changed' : 'new'}: ${subject}`, [
    ...(added === '' ? [] : ['You have new assignments:', added]),
    ...(changed === '' ? [] : ['These assignments have changed:', changed]),
  ]);
}

/** To the teacher of the students, once for all of them. */
export function givenToStudentsWords(message: Message): Words {
  const { students, titles } = givenToStudents.parse(message.payloads[0]);
  const whom = students === 1 ? 'one of your students' : `${String(students)} of your students`;
  return letter(message, `assignments for ${whom}`, [
    `${whom.charAt(0).toUpperCase()}${whom.slice(1)} ${students === 1 ? 'was' : 'were'} given:`,
    titles.map((title) => `- ${title}`).join('\n'),
  ]);
}

/** To the student who had heard of it. */
export function withdrawnWords(message: Message): Words {
  const titles = message.payloads.flatMap((each) => withdrawn.parse(each).titles);
  return letter(message, 'assignments taken back', [
    'You need not do these any more; what you have done is kept:',
    titles.map((title) => `- ${title}`).join('\n'),
  ]);
}
