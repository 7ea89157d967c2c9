import type { Kind } from '../../engine/kind.ts';
import { mentorAssign } from './mentor-assign.ts';
import { mentorUnassign } from './mentor-unassign.ts';

export const MENTOR_KINDS: readonly Kind[] = [mentorAssign, mentorUnassign];
