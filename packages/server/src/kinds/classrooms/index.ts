/** Kinds of the classroom cascade. */
import type { Kind } from '../../engine/kind.ts';
import { assignCourse } from './assign-course.ts';
import { batchReset } from './batch-reset.ts';
import { batchStudents } from './batch-students.ts';
import { batchTeachers } from './batch-teachers.ts';
import { classroomRename } from './classroom-rename.ts';
import { detachCourse } from './detach-course.ts';
import { facultySet } from './faculty-set.ts';
import { rosterSet } from './roster-set.ts';
import { sectionDefaults } from './section-defaults.ts';

export const CLASSROOM_KINDS: readonly Kind[] = [
  rosterSet,
  facultySet,
  assignCourse,
  detachCourse,
  batchStudents,
  batchTeachers,
  batchReset,
  sectionDefaults,
  classroomRename,
];
