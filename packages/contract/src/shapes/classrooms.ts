import { z } from 'zod';

/** A classroom and how many of each it has. */
export const classroom = z.object({
  id: z.string(),
  name: z.string(),
  room: z.string().nullable(),
  grade_level: z.string().nullable(),
  status: z.string(),
  students: z.int(),
  teachers: z.int(),
  courses: z.int(),
  batches: z.int(),
});
export type Classroom = z.infer<typeof classroom>;

export const classroomPage = z.object({ items: z.array(classroom), next_cursor: z.string().nullable() });

const courseOfClassroom = z.object({
  id: z.string(),
  _id: z.string(),
  title: z.string(),
  code: z.string().nullable(),
  status: z.string(),
  assigned_at: z.iso.datetime(),
  batches: z.int(),
});
export type CourseOfClassroom = z.infer<typeof courseOfClassroom>;

export const coursesOfClassroom = z.object({
  success: z.literal(true),
  count: z.int(),
  data: z.array(courseOfClassroom),
});

const batchOfClassroom = z.object({
  id: z.string(),
  _id: z.string(),
  name: z.string(),
  status: z.string(),
  course_id: z.string(),
  course_title: z.string(),
  section_id: z.string().nullable(),
  section_name: z.string().nullable(),
  section_capacity: z.int().nullable(),
  term_id: z.string().nullable(),
  term_key: z.string().nullable(),
  students: z.int(),
  teacher_ids: z.array(z.string()),
  version: z.int(),
  course_detached: z.boolean().describe('Whether the course is no longer assigned to the classroom'),
  overridden_students: z.int().describe('On the roster, and taken out of this batch by hand'),
});
export type BatchOfClassroom = z.infer<typeof batchOfClassroom>;

export const batchesOfClassroom = z.object({
  success: z.literal(true),
  count: z.int(),
  in_several_sections: z.int().describe('Students who are in more than one section of a course and term'),
  data: z.array(batchOfClassroom),
});
