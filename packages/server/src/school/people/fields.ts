/** The fields of a person, for files, forms and what many are given at once; and how a row becomes the values of a user. */
import { USER_ROLES, USER_STATUSES } from '@muster/contract';
import type { RowReading } from '../../engine/kind.ts';
import type { FieldDefinition } from '../../formats/mapping/schema.ts';
import { NAME_READINGS, readName } from './names.ts';

export const USER_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'external_id',
    title: 'External id',
    type: 'text',
    identifies: true,
    maxLength: 255,
    aliases: ['sourced_id', 'user_id', 'student_id', 'id_number', 'idnumber', 'sis_id'],
  },
  {
    name: 'email',
    title: 'E-mail',
    type: 'email',
    identifies: true,
    maxLength: 254,
    aliases: ['mail', 'e_mail', 'email_address'],
  },
  {
    name: 'username',
    title: 'User name',
    type: 'text',
    identifies: true,
    maxLength: 255,
    aliases: ['login', 'login_id', 'user_name'],
  },
  { name: 'full_name', title: 'Full name', type: 'text', maxLength: 400, aliases: ['name'] },
  {
    name: 'given_name',
    title: 'Given name',
    type: 'text',
    maxLength: 200,
    aliases: ['first_name', 'firstname', 'givenname'],
  },
  {
    name: 'family_name',
    title: 'Family name',
    type: 'text',
    maxLength: 200,
    aliases: ['last_name', 'lastname', 'familyname', 'surname'],
  },
  { name: 'display_name', title: 'Display name', type: 'text', maxLength: 400 },
  {
    name: 'roles',
    title: 'Roles',
    type: 'list',
    values: USER_ROLES,
    aliases: ['role'],
    synonyms: {
      'coorporate-student': 'student',
      'corporate-student': 'student',
      instructor: 'teacher',
      administrator: 'teacher_admin',
    },
  },
  {
    name: 'status',
    title: 'Status',
    type: 'enum',
    values: USER_STATUSES,
    synonyms: { enabled: 'active', disabled: 'inactive', deleted: 'archived' },
  },
  { name: 'unit', title: 'Unit', type: 'text', maxLength: 200, aliases: ['unit_code', 'school', 'org', 'department'] },
  { name: 'grade_level', title: 'Grade level', type: 'text', maxLength: 20, aliases: ['grade', 'grades', 'year'] },
  {
    name: 'teacher',
    title: 'Primary teacher',
    type: 'text',
    maxLength: 255,
    aliases: ['primary_teacher', 'homeroom_teacher', 'teacher_id'],
  },
  { name: 'phone', title: 'Phone', type: 'text', maxLength: 50, aliases: ['mobile', 'mobile_number', 'phone1'] },
  { name: 'gender', title: 'Gender', type: 'text', maxLength: 50, aliases: ['sex'] },
  { name: 'version', title: 'Version', type: 'integer' },
  {
    name: 'former_username',
    title: 'Former user name',
    type: 'text',
    maxLength: 255,
    aliases: ['oldusername', 'old_username'],
  },
  { name: 'updated_at', title: 'Changed at the source', type: 'timestamp', aliases: ['date_last_modified'] },
];

/** Fields that say where to look or how to decide, and are no columns of a user. */
export const LOOKED_UP_FIELDS = [
  'unit',
  'teacher',
  'version',
  'former_username',
  'updated_at',
  ...NAME_READINGS,
] as const;

/** The longest that a text of a person may be, in characters. */
export function charsMaxOf(name: string): number {
  const max = USER_FIELDS.find((field) => field.name === name)?.maxLength;
  if (max === undefined) throw new Error(`${name} is no text of a person.`);
  return max;
}

export const USER_ROWS: RowReading = {
  target: 'User',
  fields: USER_FIELDS,
  complete: readName,
  keys: (values) => [text(values['external_id']), text(values['email']), text(values['username'])],
};

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
