/** People, where they belong, and what is between them. Parents first. */
import type { Entity } from '../../db/entity.ts';
import { mentorshipRules } from '../mentors/rules.ts';
import { relationshipRules, userRules } from '../people/rules.ts';
import { unitRules } from '../records/rules.ts';
import { followingNames } from '../people/names.ts';
import { losesRights } from '../people/rights.ts';
import { stopsTeaching, TEACHER_COLUMNS } from '../people/staff.ts';

export const PEOPLE: readonly Entity[] = [
  {
    name: 'unit',
    table: 'units',
    rules: unitRules,
    columns: { name: 'text', code: 'text', parent_id: 'uuid' },
    references: { parent_id: 'unit' },
  },
  {
    name: 'user',
    table: 'users',
    rules: userRules,
    follows: followingNames,
    columns: {
      account_id: 'uuid',
      external_id: 'text',
      email: 'text',
      username: 'text',
      given_name: 'text',
      family_name: 'text',
      display_name: 'text',
      roles: 'text[]',
      status: 'text',
      unit_id: 'uuid',
      grade_level: 'text',
      primary_teacher_id: 'uuid',
      phone: 'text',
      is_restricted: 'boolean',
      gender: 'text',
      source_changed_at: 'timestamptz',
    },
    defaults: { given_name: '', family_name: '', roles: ['student'], status: 'active', is_restricted: false },
    references: { unit_id: 'unit', primary_teacher_id: 'user' },
    keys: { staff_id: { columns: TEACHER_COLUMNS, isLost: stopsTeaching, code: 'still_teaches' } },
    rights: { column: 'rights_version', areLost: losesRights },
  },
  {
    name: 'teacher_relationship',
    table: 'teacher_relationships',
    rules: relationshipRules,
    columns: { teacher_id: 'uuid', student_id: 'uuid', role: 'text', starts_on: 'date', ends_on: 'date' },
    defaults: { role: 'teacher' },
    references: { teacher_id: 'user', student_id: 'user' },
  },
  { name: 'group', table: 'groups', columns: { name: 'text' } },
  {
    name: 'group_member',
    table: 'group_members',
    columns: { group_id: 'uuid', user_id: 'uuid' },
    references: { group_id: 'group', user_id: 'user' },
    partOf: { entity: 'group', column: 'group_id' },
  },
  {
    name: 'teacher_profile',
    table: 'teacher_profiles',
    columns: {
      user_id: 'uuid',
      domain: 'text',
      skills: 'text[]',
      languages: 'text[]',
      teaching_styles: 'text[]',
      availability: 'jsonb',
    },
    defaults: { skills: [], languages: [], teaching_styles: [], availability: [] },
    references: { user_id: 'user' },
    partOf: { entity: 'user', column: 'user_id' },
  },
  {
    name: 'mentorship',
    table: 'mentorships',
    rules: mentorshipRules,
    columns: {
      student_id: 'uuid',
      mentor_id: 'uuid',
      type: 'text',
      notes: 'text',
      started_at: 'timestamptz',
      ended_at: 'timestamptz',
      end_reason: 'text',
      assigned_by_id: 'uuid',
    },
    defaults: { type: 'mentor', notes: '', end_reason: '' },
    references: { student_id: 'user', mentor_id: 'user' },
    endsFirst: true,
  },
  {
    name: 'mentor_meeting',
    table: 'mentor_meetings',
    columns: {
      mentorship_id: 'uuid',
      starts_at: 'timestamptz',
      minutes: 'integer',
      channel: 'text',
      notes: 'text',
      main_points: 'text',
      progress: 'integer',
    },
    defaults: { channel: 'video', notes: '', main_points: '' },
    references: { mentorship_id: 'mentorship' },
    partOf: { entity: 'mentorship', column: 'mentorship_id' },
  },
  {
    name: 'mentor_goal',
    table: 'mentor_goals',
    columns: { mentorship_id: 'uuid', title: 'text', measure: 'text', state: 'text' },
    defaults: { measure: '', state: 'open' },
    references: { mentorship_id: 'mentorship' },
    partOf: { entity: 'mentorship', column: 'mentorship_id' },
  },
];
