import type { Example } from '../example.ts';

export const LEARNER_EXAMPLES: Readonly<Record<string, Example>> = {};
