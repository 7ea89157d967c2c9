import { z } from 'zod';
import { letter, type Message, type Words } from './message.ts';

const payload = z.looseObject({
  final_status: z.string(),
  successful: z.int(),
  failed: z.int(),
  skipped: z.int(),
  errors_by_code: z.record(z.string(), z.int()).default({}),
});

/** To whoever started an operation that ran on after they left. */
export function operationEndedWords(message: Message): Words {
  const ended = payload.parse(message.payloads[0]);
  const name = message.operation?.name ?? 'operation';
  const address = message.operation?.address ?? null;
  const errors = Object.entries(ended.errors_by_code)
    .map(([code, count]) => `${code.replaceAll('_', ' ')} (${String(count)})`)
    .join(', ');
  return letter(message, `"${name}" is ${ended.final_status}`, [
    `Your operation "${name}" is ${ended.final_status}: ${String(ended.successful)} done, ${String(ended.failed)} failed, ${String(ended.skipped)} skipped.`,
    ...(errors === '' ? [] : [`What went wrong: ${errors}.`]),
    ...(address === null ? [] : [address]),
  ]);
}
