import { problemError } from '@muster/contract';
import { z } from 'zod';
import type { ItemView } from '../../engine/report.ts';

export const warningList = z.array(z.object({ code: z.string(), message: z.string() }));

/** What is said of an item that was done all the same. */
export function wordsOf(warnings: ItemView['warnings']): z.infer<typeof warningList> {
  return (warnings ?? []).map((warning) => {
    const code = z.string().parse(warning['code']);
    return { code, message: problemError(code, warning).message };
  });
}
