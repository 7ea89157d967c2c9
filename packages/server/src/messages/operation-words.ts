import { z } from 'zod';
import { letter, type Message, type Words } from './message.ts';

const payload = z.looseObject({
  final_status: z.string(),
  successful: z.int(),
  failed: z.int(),
  skipped: z.int(),
});

/** To whoever started an operation that ran on after they left. */
export function operationEndedWords(message: Message): Words {
  const ended = payload.parse(message.payloads[0]);
  const name = message.operation?.name ?? 'operation';
  const address = message.operation?.address ?? null;
  return letter(message, `"${name}" is ${ended.final_status}`, [
    `Your operation "${name}" is ${ended.final_status}: ${String(ended.successful)} done, ${String(ended.failed)} failed, ${String(ended.skipped)} skipped.`,
    ...(address === null ? [] : [address]),
  ]);
}
