import { CLASS_PROBLEMS } from './problems/classes.ts';
import { CONTENT_PROBLEMS } from './problems/content.ts';
import { LEARNER_PROBLEMS } from './problems/learners.ts';
import { OPERATION_PROBLEMS } from './problems/operations.ts';
import { PEOPLE_PROBLEMS } from './problems/people.ts';
import { REQUEST_PROBLEMS } from './problems/requests.ts';

/** Every problem of the product, by subject. Each has a page in docs/problems/; a test compares both. */
export const PROBLEMS = {
  ...REQUEST_PROBLEMS,
  ...OPERATION_PROBLEMS,
  ...PEOPLE_PROBLEMS,
  ...CONTENT_PROBLEMS,
  ...CLASS_PROBLEMS,
  ...LEARNER_PROBLEMS,
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
