/** The registry: every table that operations may change, parents first. */
import type { Entity } from '../db/entity.ts';

export const ENTITIES: readonly Entity[] = [
  {
    name: 'unit', table: 'units',
    columns: { name: 'text', code: 'text', parent_id: 'uuid' },
    references: { parent_id: 'unit' },
  },
  {
    name: 'user', table: 'users',
    columns: {
      account_id: 'uuid', external_id: 'text', email: 'text', username: 'text', given_name: 'text', family_name: 'text',
      display_name: 'text', roles: 'text[]', status: 'text', unit_id: 'uuid', grade_level: 'text',
      primary_teacher_id: 'uuid', phone: 'text', is_restricted: 'boolean',
    },
    defaults: { given_name: '', family_name: '', roles: ['student'], status: 'active', is_restricted: false },
    references: { unit_id: 'unit', primary_teacher_id: 'user' },
  },
  {
    name: 'teacher_relationship', table: 'teacher_relationships',
    columns: { teacher_id: 'uuid', student_id: 'uuid', role: 'text', starts_on: 'date', ends_on: 'date' },
    defaults: { role: 'teacher' },
    references: { teacher_id: 'user', student_id: 'user' },
  },
  {
    name: 'term', table: 'terms',
    columns: { key: 'text', name: 'text', start_date: 'date', end_date: 'date' },
  },
  {
    name: 'course', table: 'courses',
    columns: { title: 'text', code: 'text', syllabus: 'text', objectives: 'jsonb', status: 'text' },
    defaults: { syllabus: '', objectives: [], status: 'active' },
  },
  {
    name: 'section', table: 'sections',
    columns: { course_id: 'uuid', name: 'text', capacity: 'integer', sequence: 'integer', branch: 'text' },
    references: { course_id: 'course' },
  },
  {
    name: 'classroom', table: 'classrooms',
    columns: { name: 'text', room: 'text', unit_id: 'uuid', grade_level: 'text' },
    references: { unit_id: 'unit' },
  },
  {
    name: 'classroom_student', table: 'classroom_students',
    columns: { classroom_id: 'uuid', student_id: 'uuid' },
    references: { classroom_id: 'classroom', student_id: 'user' },
    partOf: { entity: 'classroom', column: 'classroom_id' },
  },
  {
    name: 'classroom_teacher', table: 'classroom_teachers',
    columns: { classroom_id: 'uuid', teacher_id: 'uuid' },
    references: { classroom_id: 'classroom', teacher_id: 'user' },
    partOf: { entity: 'classroom', column: 'classroom_id' },
  },
  {
    name: 'batch', table: 'batches',
    columns: {
      name: 'text', course_id: 'uuid', classroom_id: 'uuid', section_id: 'uuid', term_id: 'uuid', capacity: 'integer',
      start_date: 'date', end_date: 'date', timetable: 'jsonb', status: 'text',
    },
    defaults: { timetable: [], status: 'active' },
    references: { course_id: 'course', classroom_id: 'classroom', section_id: 'section', term_id: 'term' },
  },
  {
    name: 'batch_teacher', table: 'batch_teachers',
    columns: { batch_id: 'uuid', teacher_id: 'uuid', is_lead: 'boolean' },
    defaults: { is_lead: false },
    references: { batch_id: 'batch', teacher_id: 'user' },
    partOf: { entity: 'batch', column: 'batch_id' },
  },
  {
    name: 'enrollment', table: 'enrollments',
    columns: {
      batch_id: 'uuid', student_id: 'uuid', status: 'text', status_reason: 'text', enrollment_type: 'text',
      member_role: 'text', access_starts_at: 'timestamptz', access_ends_at: 'timestamptz',
    },
    defaults: { status: 'active', status_reason: '', enrollment_type: 'individual', member_role: 'student' },
    references: { batch_id: 'batch', student_id: 'user' },
    counter: { parent: 'batch', via: 'batch_id', column: 'enrolled_students', statuses: ['active', 'on_hold'] },
  },
  {
    name: 'group', table: 'groups',
    columns: { name: 'text' },
  },
  {
    name: 'group_member', table: 'group_members',
    columns: { group_id: 'uuid', user_id: 'uuid' },
    references: { group_id: 'group', user_id: 'user' },
    partOf: { entity: 'group', column: 'group_id' },
  },
  {
    name: 'game', table: 'games',
    columns: { title: 'text', status: 'text', is_licensed: 'boolean' },
    defaults: { status: 'available', is_licensed: true },
  },
  {
    name: 'sequence', table: 'sequences',
    columns: { title: 'text', library: 'text', status: 'text', published_version: 'integer', replacement_id: 'uuid' },
    defaults: { status: 'published', published_version: 1 },
    references: { replacement_id: 'sequence' },
  },
  {
    name: 'sequence_step', table: 'sequence_steps',
    columns: { sequence_id: 'uuid', sequence_version: 'integer', step_no: 'integer', title: 'text', game_id: 'uuid' },
    defaults: { sequence_version: 1 },
    references: { sequence_id: 'sequence', game_id: 'game' },
    partOf: { entity: 'sequence', column: 'sequence_id' },
  },
  {
    name: 'custom_assignment', table: 'custom_assignments',
    columns: { title: 'text', owner_id: 'uuid', is_shared: 'boolean', steps: 'jsonb' },
    defaults: { is_shared: false, steps: [] },
    references: { owner_id: 'user' },
  },
  {
    name: 'assignment', table: 'assignments',
    columns: {
      student_id: 'uuid', teacher_id: 'uuid', operation_id: 'uuid', content_type: 'text', sequence_id: 'uuid',
      sequence_version: 'integer', custom_assignment_id: 'uuid', title: 'text', state: 'text', start_at: 'timestamptz',
      due_at: 'timestamptz', mastery_threshold: 'integer', max_retries: 'integer', retry_wait_hours: 'integer',
      retry_keep: 'text', progression_rule: 'text', replaces_id: 'uuid', withdrawn_at: 'timestamptz',
    },
    defaults: {
      state: 'open', mastery_threshold: 80, max_retries: 3, retry_wait_hours: 0, retry_keep: 'best',
      progression_rule: 'sequential',
    },
    references: {
      student_id: 'user', teacher_id: 'user', sequence_id: 'sequence', custom_assignment_id: 'custom_assignment',
      replaces_id: 'assignment',
    },
    retired: { state: 'withdrawn' },
  },
  {
    name: 'assignment_step', table: 'assignment_steps',
    columns: {
      assignment_id: 'uuid', step_no: 'integer', title: 'text', game_id: 'uuid', is_optional: 'boolean', state: 'text',
      score: 'integer', attempts: 'integer', completed_at: 'timestamptz',
    },
    defaults: { is_optional: false, state: 'open', attempts: 0 },
    references: { assignment_id: 'assignment', game_id: 'game' },
    partOf: { entity: 'assignment', column: 'assignment_id' },
  },
]; // prettier-ignore
