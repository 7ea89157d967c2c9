import type { Kind } from '../../engine/kind.ts';

export const MENTOR_KINDS: readonly Kind[] = [];
