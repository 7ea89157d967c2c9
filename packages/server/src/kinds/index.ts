/** Every kind of operation there is. A new one is a file, its page in docs/kinds, its test example and a line here or in its folder. */
import type { Kind } from '../engine/kind.ts';
import { BATCH_KINDS } from './batches/index.ts';
import { CLASSROOM_KINDS } from './classrooms/index.ts';
import { assignSequence } from './content/assign-sequence.ts';
import { courseCreate } from './courses/course-create.ts';
import { LEARNER_KINDS } from './learners/index.ts';
import { MENTOR_KINDS } from './mentors/index.ts';
import { userImport } from './people/user-import/user-import.ts';
import { userStatus } from './people/user-status.ts';
import { userUpdate } from './people/user-update.ts';
import { editRecord } from './records/edit-record.ts';
import { UPKEEP_KINDS } from './upkeep/index.ts';

export const KINDS: readonly Kind[] = [
  userImport,
  userStatus,
  userUpdate,
  courseCreate,
  assignSequence,
  editRecord,
  ...LEARNER_KINDS,
  ...CLASSROOM_KINDS,
  ...BATCH_KINDS,
  ...MENTOR_KINDS,
  ...UPKEEP_KINDS,
];
