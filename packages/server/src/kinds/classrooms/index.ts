import type { Kind } from '../../engine/kind.ts';

export const CLASSROOM_KINDS: readonly Kind[] = [];
