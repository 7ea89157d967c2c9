import { z } from 'zod';
import { letter, type Message, type Words } from './message.ts';

const payload = z.looseObject({
  count: z.int(),
  batches: z.array(z.looseObject({ name: z.string(), stands: z.int(), number: z.int() })),
});

/** To administrators, after the nightly check. */
export function countsWrongWords(message: Message): Words {
  const told = payload.parse(message.payloads[0]);
  const address = message.operation?.address ?? null;
  const lines = told.batches.map(
    ({ name, stands, number }) => `- ${name}: says ${String(stands)}, has ${String(number)}`,
  );
  const more = told.count - lines.length;
  return letter(message, `${String(told.count)} batches count their students wrongly`, [
    'The number of enrolled students differs from the active enrollments of:',
    [...lines, ...(more > 0 ? [`and ${String(more)} more`] : [])].join('\n'),
    'A repair is planned and waits for you.',
    ...(address === null ? [] : [address]),
  ]);
}
