/** Faults of checked input, in the catalog's words. A schema may give a code of the catalog as its message. */
import { isProblemCode, problemError, type ProblemError } from '@muster/contract';
import type { z } from 'zod';

/** @param within - Path of the checked value in the request, put before each field: `parameters`. */
export function faultsOf(error: z.ZodError, within = ''): ProblemError[] {
  return error.issues.flatMap((issue) => {
    const at = (tail: readonly PropertyKey[]): string =>
      [...(within === '' ? [] : [within]), ...issue.path.map(String), ...tail.map(String)].join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => problemError('unknown_field', { field: at([key]) }));
    if (isProblemCode(issue.message)) return [problemError(issue.message, { field: at([]) })];
    if (issue.code === 'invalid_type' && issue.input === undefined)
      return [problemError('required', { field: at([]) })];
    if (issue.code === 'custom' && typeof issue.params?.['code'] === 'string') {
      return [problemError(issue.params['code'], { field: at([]), reason: issue.message })];
    }
    return [problemError('invalid_value', { field: at([]), reason: issue.message })];
  });
}
