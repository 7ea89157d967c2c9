/** Every kind of operation there is. A new one is a file, its page in docs/kinds, its test example and a line here. */
import type { Kind } from '../engine/kind.ts';
import { assignSequence } from './content/assign-sequence.ts';
import { userImport } from './people/user-import.ts';
import { userStatus } from './people/user-status.ts';
import { editRecord } from './records/edit-record.ts';

export const KINDS: readonly Kind[] = [userImport, userStatus, assignSequence, editRecord];
