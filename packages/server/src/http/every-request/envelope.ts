/** What the answers about batches and enrollments have in common. */
import { problemError, type Role } from '@muster/contract';
import { z } from 'zod';
import type { ItemResult } from '../../engine/index.ts';

export const tags = ['Instructor allocation'];

/** Who may call, and in which envelope they are refused. */
export function calledBy(roles: readonly Role[]) {
  return { roles, envelope: 'success' as const };
}

const warnings = z
  .array(z.object({ code: z.string(), message: z.string() }))
  .describe('Hints of good practice; they never block');

export function answer<Data extends z.ZodType>(data: Data) {
  return z.object({ success: z.literal(true), data, warnings });
}

/** Of a call that changed something. */
export function told<Data extends z.ZodType>(data: Data) {
  return answer(data).extend({ message: z.string(), operation_id: z.string() });
}

/** The hints on the one item of an operation, in words. */
export function hintsOf(items: readonly ItemResult[]): z.infer<typeof warnings> {
  return wordsOf(items.flatMap((item) => item.warnings));
}

export function wordsOf(hints: readonly Readonly<Record<string, unknown>>[]) {
  return hints.map((hint) => {
    const { code, message } = problemError(String(hint['code']), hint);
    return { code, message };
  });
}
