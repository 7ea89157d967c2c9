/** The fields of a person, for files, forms and what many are given at once; and how a row becomes the values of a user. */
import { USER_ROLES, USER_STATUSES } from '@muster/contract';
import type { RowReading } from '../../engine/kind.ts';
import type { FieldDefinition } from '../../formats/mapping/schema.ts';
import * as names from './column-names.ts';
import { NAME_READINGS, readName } from './names.ts';
import { ROLE_WORDS, STATUS_WORDS } from './value-words.ts';

export const USER_FIELDS: readonly FieldDefinition[] = [
  {
    name: 'external_id',
    title: 'External id',
    type: 'text',
    identifies: true,
    maxLength: 255,
    aliases: names.EXTERNAL_ID_NAMES,
    contextAliases: names.EXTERNAL_ID_OF_TEACHER,
  },
  {
    name: 'email',
    title: 'E-mail',
    type: 'email',
    identifies: true,
    maxLength: 254,
    aliases: names.EMAIL_NAMES,
    contextAliases: names.EMAIL_OF_TEACHER,
  },
  {
    name: 'username',
    title: 'User name',
    type: 'text',
    identifies: true,
    maxLength: 255,
    aliases: names.USERNAME_NAMES,
  },
  {
    name: 'full_name',
    title: 'Full name',
    type: 'text',
    maxLength: 400,
    aliases: names.FULL_NAME_NAMES,
    contextAliases: names.FULL_NAME_CONTEXT,
    doubtful: names.FULL_NAME_DOUBTFUL,
  },
  {
    name: 'given_name',
    title: 'Given name',
    type: 'text',
    maxLength: 200,
    aliases: names.GIVEN_NAME_NAMES,
    contextAliases: names.GIVEN_NAME_CONTEXT,
  },
  {
    name: 'family_name',
    title: 'Family name',
    type: 'text',
    maxLength: 200,
    aliases: names.FAMILY_NAME_NAMES,
    contextAliases: names.FAMILY_NAME_CONTEXT,
  },
  { name: 'display_name', title: 'Display name', type: 'text', maxLength: 400, aliases: names.DISPLAY_NAME_NAMES },
  {
    name: 'roles',
    title: 'Roles',
    type: 'list',
    refers: true,
    values: USER_ROLES,
    assumed: 'student',
    weighty: ['teacher_admin', 'subscriber_admin'],
    aliases: names.ROLE_NAMES,
    synonyms: ROLE_WORDS,
  },
  {
    name: 'status',
    title: 'Status',
    type: 'enum',
    values: USER_STATUSES,
    aliases: names.STATUS_NAMES,
    doubtful: names.STATUS_DOUBTFUL,
    synonyms: STATUS_WORDS,
  },
  { name: 'unit', title: 'Unit', type: 'text', refers: true, maxLength: 200, aliases: names.UNIT_NAMES },
  {
    name: 'grade_level',
    title: 'Grade level',
    type: 'text',
    // Teachers have many: `01,02,03,04,05,06,07,08`.
    maxLength: 100,
    aliases: names.GRADE_NAMES,
    doubtful: names.GRADE_DOUBTFUL,
  },
  {
    name: 'teacher',
    title: 'Primary teacher',
    type: 'text',
    refers: true,
    maxLength: 255,
    aliases: names.TEACHER_NAMES,
    contextAliases: names.TEACHER_OF_STUDENT,
  },
  { name: 'phone', title: 'Phone', type: 'text', maxLength: 50, aliases: names.PHONE_NAMES },
  { name: 'gender', title: 'Gender', type: 'text', maxLength: 50, aliases: names.GENDER_NAMES },
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
