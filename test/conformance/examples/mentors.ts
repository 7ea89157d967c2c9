import type { Example } from '../example.ts';

export const MENTOR_EXAMPLES: Readonly<Record<string, Example>> = {};
