import type { FieldDefinition } from './schema.ts';

/** The fields of a user as the tests of this folder map them. */
export const userFields: readonly FieldDefinition[] = [
  { name: 'external_id', title: 'External id', type: 'text', maxLength: 255, aliases: ['student number', 'id'] },
  { name: 'email', title: 'E-mail', type: 'email', maxLength: 254, aliases: ['mail', 'email address'] },
  { name: 'username', title: 'User name', type: 'text', maxLength: 100, aliases: ['login'] },
  { name: 'full_name', title: 'Full name', type: 'text', maxLength: 200, aliases: ['name'] },
  { name: 'given_name', title: 'Given name', type: 'text', maxLength: 100, aliases: ['first name', 'vorname'] },
  { name: 'family_name', title: 'Family name', type: 'text', maxLength: 100, aliases: ['last name', 'surname'] },
  { name: 'display_name', title: 'Display name', type: 'text', maxLength: 100 },
  {
    name: 'roles',
    title: 'Roles',
    type: 'list',
    values: ['student', 'instructor', 'teacher_admin'],
    synonyms: { teacher: 'instructor', 'coorporate-student': 'student' },
  },
  { name: 'status', title: 'Status', type: 'enum', values: ['active', 'inactive', 'suspended', 'archived'] },
  { name: 'unit', title: 'Unit', type: 'text', maxLength: 200, aliases: ['school'] },
  { name: 'grade_level', title: 'Grade level', type: 'text', maxLength: 20, aliases: ['grade'] },
  { name: 'teacher', title: 'Teacher', type: 'text', maxLength: 255 },
  { name: 'phone', title: 'Phone', type: 'text', maxLength: 40 },
  { name: 'version', title: 'Version', type: 'integer' },
  { name: 'updated_at', title: 'Updated at', type: 'timestamp' },
];
