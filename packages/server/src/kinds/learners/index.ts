import type { Kind } from '../../engine/kind.ts';
import { enroll } from './enroll.ts';
import { inviteSave } from './invite-save.ts';
import { unenroll } from './unenroll.ts';

export const LEARNER_KINDS: readonly Kind[] = [enroll, unenroll, inviteSave];
