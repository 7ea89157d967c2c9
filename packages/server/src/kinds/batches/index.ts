import type { Kind } from '../../engine/kind.ts';

export const BATCH_KINDS: readonly Kind[] = [];
