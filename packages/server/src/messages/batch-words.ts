import { z } from 'zod';
import { batchFacts, batchLines } from './batch-facts.ts';
import { letter, type Message, type Words } from './message.ts';

const assigned = z.looseObject({ batch: batchFacts });
const changed = z.looseObject({ batch: batchFacts, change: z.enum(['attached', 'removed']) });

/** To the teacher who is given a batch. */
export function instructorAssignedWords(message: Message): Words {
  const batches = message.payloads.map((each) => assigned.parse(each).batch);
  const subject = batches.length === 1 ? (batches[0]?.name ?? '') : `${String(batches.length)} batches`;
  return letter(message, `you teach ${subject}`, [
    'You are the instructor of:',
    batches.map((batch) => batchLines(batch)).join('\n'),
  ]);
}

/** To a teacher of several batches: what became of them within the hour. */
export function teacherChangedWords(message: Message): Words {
  const changes = message.payloads.map((each) => changed.parse(each));
  const of = (change: 'attached' | 'removed'): string =>
    changes
      .filter((one) => one.change === change)
      .map((one) => batchLines(one.batch))
      .join('\n');
  const [attached, removed] = [of('attached'), of('removed')];
  return letter(message, 'your batches have changed', [
    ...(attached === '' ? [] : ['You teach now:', attached]),
    ...(removed === '' ? [] : ['You no longer teach:', removed]),
  ]);
}
