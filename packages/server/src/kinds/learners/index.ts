import type { Kind } from '../../engine/kind.ts';

export const LEARNER_KINDS: readonly Kind[] = [];
