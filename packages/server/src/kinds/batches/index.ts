import type { Kind } from '../../engine/kind.ts';
import { batchCancel } from './batch-cancel.ts';
import { batchCreate } from './batch-create.ts';
import { batchInstructor } from './batch-instructor.ts';
import { batchUpdate } from './batch-update.ts';
import { enrollmentCancel } from './enrollment-cancel.ts';
import { enrollmentCreate } from './enrollment-create.ts';
import { enrollmentUpdate } from './enrollment-update.ts';
import { transfer } from './transfer.ts';

export const BATCH_KINDS: readonly Kind[] = [
  batchCreate,
  batchUpdate,
  batchInstructor,
  batchCancel,
  enrollmentCreate,
  enrollmentUpdate,
  enrollmentCancel,
  transfer,
];
