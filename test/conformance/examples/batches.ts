import type { Example } from '../example.ts';

export const BATCH_EXAMPLES: Readonly<Record<string, Example>> = {};
