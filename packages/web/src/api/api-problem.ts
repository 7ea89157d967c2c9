import type { ProblemError } from '@muster/contract';
import { z } from 'zod';

const problemBody = z.looseObject({
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ code: z.string(), field: z.string(), message: z.string(), correction: z.string() })),
});

/** A refusal of the server, as problem+json says it. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly ProblemError[];
  /** All members of the body, such as `differences` of `plan_stale`. */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(body: z.infer<typeof problemBody>) {
    super(body.detail);
    this.name = 'ApiProblem';
    this.status = body.status;
    this.code = body.code;
    this.errors = body.errors;
    this.body = body;
  }
}

/** Answers that are no problem+json come from something between us and the server. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const known = problemBody.safeParse(body);
  if (known.success) return new ApiProblem(known.data);
  const { status } = response;
  const detail = `The server answered ${status} without saying why.`;
  const correction = 'Try again in a few seconds.';
  const errors = [{ code: 'unavailable', field: '', message: detail, correction }];
  return new ApiProblem({ status, code: 'unavailable', detail, errors });
}

export function isProblem(error: unknown, code: string): error is ApiProblem {
  return error instanceof ApiProblem && error.code === code;
}

const difference = z.object({
  item_no: z.int(),
  label: z.string(),
  was: z.string().nullable(),
  now: z.string().nullable(),
});
export type PlanDifference = z.infer<typeof difference>;

/** What changed after a preview was made: the `differences` of a `plan_stale`, at most 100. */
export function differencesOf(problem: ApiProblem): readonly PlanDifference[] {
  const found = z.array(difference).safeParse(problem.body['differences']);
  return found.success ? found.data : [];
}
