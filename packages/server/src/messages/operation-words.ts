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

const trouble = z.looseObject({ reason: z.string() });

/** To whoever started an operation that cannot go on by itself, and to administrators. */
export function operationPausedWords(message: Message): Words {
  const { reason } = trouble.parse(message.payloads[0]);
  const name = message.operation?.name ?? 'operation';
  const address = message.operation?.address ?? null;
  return letter(message, `"${name}" is paused and needs a look`, [
    `The operation "${name}" could not go on by itself and is paused. What is done stays; nothing is lost.`,
    `What went wrong: ${reason}`,
    'Resume it once the cause is gone, or cancel the rest.',
    ...(address === null ? [] : [address]),
  ]);
}
