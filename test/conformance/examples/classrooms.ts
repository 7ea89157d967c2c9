import type { Example } from '../example.ts';

export const CLASSROOM_EXAMPLES: Readonly<Record<string, Example>> = {};
