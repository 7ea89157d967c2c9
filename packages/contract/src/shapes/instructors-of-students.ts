import { z } from 'zod';

/** General guidance; teaching in a subject; course planning; oversight of projects. */
export const ASSIGNMENT_TYPES = ['mentor', 'tutor', 'advisor', 'supervisor'] as const;
export const assignmentType = z.enum(ASSIGNMENT_TYPES);

export const studentOfInstructor = z.object({
  _id: z.string(),
  full_name: z.string(),
  email: z.string().nullable(),
  role: z.array(z.string()),
  instructor_assignment_date: z.iso.datetime().nullable(),
  instructor_assignment_type: assignmentType.nullable(),
  instructor_assignment_notes: z.string().nullable(),
});
export type StudentOfInstructor = z.infer<typeof studentOfInstructor>;

const studentWithInstructor = studentOfInstructor.extend({
  assigned_instructor: z.object({ _id: z.string(), full_name: z.string(), email: z.string().nullable() }).nullable(),
});
export type StudentWithInstructor = z.infer<typeof studentWithInstructor>;

export const studentsWithInstructors = z.object({
  success: z.literal(true),
  data: z.object({
    students: z.array(studentWithInstructor),
    total_students: z.int().describe('All that match, on whatever page'),
    assigned_count: z.int(),
    unassigned_count: z.int(),
  }),
});

export const instructorWorkload = z.object({
  success: z.literal(true),
  data: z.object({
    batchCount: z.int().describe('Batches that are active or upcoming'),
    individualCount: z.int().describe('Students assigned individually'),
    totalStudents: z.int().describe('Active enrollments over all batches'),
    distinctStudents: z.int().describe('People over batches and individual assignments, each once'),
  }),
});
