/** The registry: every table that operations may change, parents first. */
import type { Entity } from '../db/entity.ts';
import { stopsTeaching, TEACHER_COLUMNS } from './people/staff.ts';

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
      primary_teacher_id: 'uuid', phone: 'text', is_restricted: 'boolean', gender: 'text',
    },
    defaults: { given_name: '', family_name: '', roles: ['student'], status: 'active', is_restricted: false },
    references: { unit_id: 'unit', primary_teacher_id: 'user' },
    keys: { staff_id: { columns: TEACHER_COLUMNS, isLost: stopsTeaching, code: 'still_teaches' } },
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
    columns: {
      title: 'text', code: 'text', syllabus: 'text', objectives: 'jsonb', status: 'text', assigned_instructor_id: 'uuid',
    },
    defaults: { syllabus: '', objectives: [], status: 'active' },
    references: { assigned_instructor_id: 'user' },
  },
  {
    name: 'section', table: 'sections',
    columns: { course_id: 'uuid', name: 'text', capacity: 'integer', sequence: 'integer', branch: 'text' },
    references: { course_id: 'course' },
  },
  {
    name: 'classroom', table: 'classrooms',
    columns: { name: 'text', room: 'text', unit_id: 'uuid', grade_level: 'text', status: 'text' },
    defaults: { status: 'active' },
    references: { unit_id: 'unit' },
  },
  {
    name: 'classroom_course', table: 'classroom_courses',
    columns: { classroom_id: 'uuid', course_id: 'uuid' },
    references: { classroom_id: 'classroom', course_id: 'course' },
    partOf: { entity: 'classroom', column: 'classroom_id', isEditOfWhole: true },
  },
  {
    name: 'classroom_student', table: 'classroom_students',
    columns: { classroom_id: 'uuid', student_id: 'uuid' },
    references: { classroom_id: 'classroom', student_id: 'user' },
    partOf: { entity: 'classroom', column: 'classroom_id', isEditOfWhole: true },
  },
  {
    name: 'classroom_teacher', table: 'classroom_teachers',
    columns: { classroom_id: 'uuid', teacher_id: 'uuid' },
    references: { classroom_id: 'classroom', teacher_id: 'user' },
    partOf: { entity: 'classroom', column: 'classroom_id', isEditOfWhole: true },
  },
  {
    name: 'batch', table: 'batches',
    columns: {
      name: 'text', code: 'text', course_id: 'uuid', classroom_id: 'uuid', section_id: 'uuid', term_id: 'uuid',
      capacity: 'integer', start_date: 'date', end_date: 'date', timetable: 'jsonb', status: 'text', notes: 'text',
      created_by_id: 'uuid', is_renamed: 'boolean',
    },
    defaults: { timetable: [], status: 'upcoming', notes: '', is_renamed: false },
    references: {
      course_id: 'course', classroom_id: 'classroom', section_id: 'section', term_id: 'term',
    },
    refusals: { batches_seats_check: 'batch_full' },
  },
  {
    name: 'batch_count', table: 'batches',
    columns: { enrolled_students: 'integer' },
    isKept: true,
  },
  {
    name: 'batch_teacher', table: 'batch_teachers',
    columns: { batch_id: 'uuid', teacher_id: 'uuid', is_lead: 'boolean' },
    defaults: { is_lead: false },
    references: { batch_id: 'batch', teacher_id: 'user' },
    partOf: { entity: 'batch', column: 'batch_id' },
    endsFirst: true,
  },
  {
    name: 'payment_option', table: 'payment_options',
    columns: { name: 'text', type: 'text', status: 'text', tag: 'text', require_approval: 'boolean' },
    defaults: { type: 'FREE', status: 'ACTIVE', require_approval: false },
  },
  {
    name: 'payment_plan', table: 'payment_plans',
    columns: {
      payment_option_id: 'uuid', name: 'text', actual_price: 'numeric', elevated_price: 'numeric', currency: 'text',
      validity_in_days: 'integer', status: 'text', tag: 'text', position: 'integer',
    },
    defaults: { actual_price: 0, elevated_price: 0, status: 'ACTIVE', position: 0 },
    references: { payment_option_id: 'payment_option' },
    partOf: { entity: 'payment_option', column: 'payment_option_id' },
  },
  {
    name: 'enroll_invite', table: 'enroll_invites',
    columns: {
      name: 'text', invite_code: 'text', start_date: 'date', end_date: 'date', status: 'text', tag: 'text',
      learner_access_days: 'integer', is_bundled: 'boolean', short_url: 'text',
    },
    defaults: { status: 'ACTIVE', is_bundled: false },
  },
  {
    name: 'invite_option', table: 'invite_options',
    columns: {
      enroll_invite_id: 'uuid', batch_id: 'uuid', payment_option_id: 'uuid', status: 'text', cpo_id: 'text',
      is_default: 'boolean', position: 'integer',
    },
    defaults: { status: 'ACTIVE', is_default: false, position: 0 },
    references: { enroll_invite_id: 'enroll_invite', batch_id: 'batch', payment_option_id: 'payment_option' },
    partOf: { entity: 'enroll_invite', column: 'enroll_invite_id', isEditOfWhole: true },
    endsFirst: true,
  },
  {
    name: 'user_plan', table: 'user_plans',
    columns: {
      user_id: 'uuid', enroll_invite_id: 'uuid', payment_option_id: 'uuid', payment_plan_id: 'uuid', status: 'text',
      starts_at: 'timestamptz', ends_at: 'timestamptz', approval: 'text',
    },
    defaults: { status: 'active', approval: '' },
    references: {
      user_id: 'user', enroll_invite_id: 'enroll_invite', payment_option_id: 'payment_option', payment_plan_id: 'payment_plan',
    },
  },
  {
    name: 'enrollment', table: 'enrollments',
    columns: {
      batch_id: 'uuid', course_id: 'uuid', student_id: 'uuid', status: 'text', status_reason: 'text', enrollment_type: 'text',
      member_role: 'text', source: 'text', enrolled_at: 'timestamptz', ended_at: 'timestamptz',
      access_starts_at: 'timestamptz', access_ends_at: 'timestamptz', user_plan_id: 'uuid', enroll_invite_id: 'uuid',
    },
    defaults: { status: 'active', status_reason: '', enrollment_type: 'individual', member_role: 'student', source: '' },
    references: {
      batch_id: 'batch', course_id: 'course', student_id: 'user', user_plan_id: 'user_plan', enroll_invite_id: 'enroll_invite',
    },
    counter: { parent: 'batch', via: 'batch_id', column: 'enrolled_students', statuses: ['active'] },
  },
  {
    name: 'payment', table: 'payments',
    columns: {
      enrollment_id: 'uuid', user_plan_id: 'uuid', amount: 'numeric', currency: 'text', payment_method: 'text',
      payment_status: 'text', transaction_id: 'text',
    },
    references: { enrollment_id: 'enrollment', user_plan_id: 'user_plan' },
  },
  {
    name: 'custom_field', table: 'custom_fields',
    columns: { name: 'text', type: 'text', options: 'jsonb', is_required: 'boolean', position: 'integer' },
    defaults: { type: 'text', options: [], is_required: false, position: 0 },
  },
  {
    name: 'custom_field_value', table: 'custom_field_values',
    columns: { enrollment_id: 'uuid', custom_field_id: 'uuid', value: 'text' },
    references: { enrollment_id: 'enrollment', custom_field_id: 'custom_field' },
    partOf: { entity: 'enrollment', column: 'enrollment_id' },
  },
  {
    name: 'mentorship', table: 'mentorships',
    columns: {
      student_id: 'uuid', mentor_id: 'uuid', type: 'text', notes: 'text', started_at: 'timestamptz', ended_at: 'timestamptz',
      end_reason: 'text', assigned_by_id: 'uuid',
    },
    defaults: { type: 'mentor', notes: '', end_reason: '' },
    references: { student_id: 'user', mentor_id: 'user' },
    endsFirst: true,
  },
  {
    name: 'mentor_meeting', table: 'mentor_meetings',
    columns: {
      mentorship_id: 'uuid', starts_at: 'timestamptz', minutes: 'integer', channel: 'text', notes: 'text', main_points: 'text',
      progress: 'integer',
    },
    defaults: { channel: 'video', notes: '', main_points: '' },
    references: { mentorship_id: 'mentorship' },
    partOf: { entity: 'mentorship', column: 'mentorship_id' },
  },
  {
    name: 'mentor_goal', table: 'mentor_goals',
    columns: { mentorship_id: 'uuid', title: 'text', measure: 'text', state: 'text' },
    defaults: { measure: '', state: 'open' },
    references: { mentorship_id: 'mentorship' },
    partOf: { entity: 'mentorship', column: 'mentorship_id' },
  },
  {
    name: 'teacher_profile', table: 'teacher_profiles',
    columns: {
      user_id: 'uuid', domain: 'text', skills: 'text[]', languages: 'text[]', teaching_styles: 'text[]', availability: 'jsonb',
    },
    defaults: { skills: [], languages: [], teaching_styles: [], availability: [] },
    references: { user_id: 'user' },
    partOf: { entity: 'user', column: 'user_id' },
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
