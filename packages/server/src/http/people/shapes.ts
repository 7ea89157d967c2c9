/** What the API takes and gives of a person. */
import { isEmail, line, USER_ROLES, USER_STATUSES } from '@muster/contract';
import { z } from 'zod';
import { charsMaxOf } from '../../school/people/fields.ts';
import { passwordSchema } from '../../tenancy/password-schema.ts';
import { pageQuery } from '../every-request/paging.ts';

const text = (name: string) =>
  line(charsMaxOf(name))
    .transform((value) => (value === '' ? null : value))
    .nullable()
    .optional();
const roleName = z.enum([...USER_ROLES, 'coorporate-student']);
const roleNames = z.array(roleName).min(1);
const toRoles = (given: z.infer<typeof roleName | typeof roleNames>) => [
  ...new Set([given].flat().map((name) => (name === 'coorporate-student' ? 'student' : name))),
];
const reference = z.uuid().transform((id) => id.toLowerCase());

export const personFields = z.strictObject({
  email: text('email').refine((value) => value == null || isEmail(value), 'give an e-mail address'),
  username: text('username'),
  external_id: text('external_id'),
  given_name: text('given_name'),
  family_name: text('family_name'),
  full_name: text('full_name').describe('Instead of given_name and family_name'),
  roles: roleNames.transform(toRoles).optional(),
  role: z.union([roleName, roleNames]).transform(toRoles).optional().describe('The same as roles'),
  status: z.enum(USER_STATUSES).optional(),
  unit_id: reference.nullable().optional(),
  grade_level: z
    .union([line(charsMaxOf('grade_level')), z.int(), z.null()])
    .transform((given) => (given === null || given === '' ? null : String(given)))
    .optional(),
  teacher_id: reference.nullable().optional(),
  phone: text('phone'),
  gender: text('gender'),
  password: passwordSchema.optional().describe('Lets the person sign in at once'),
});
export type PersonFields = z.infer<typeof personFields>;

export const personShape = z
  .object({
    id: z.string(),
    _id: z.string(),
    email: z.string().nullable(),
    username: z.string().nullable(),
    external_id: z.string().nullable(),
    given_name: z.string(),
    family_name: z.string(),
    full_name: z.string(),
    roles: z.array(z.string()),
    role: z.array(z.string()),
    status: z.enum(USER_STATUSES),
    unit_id: z.string().nullable(),
    grade_level: z.string().nullable(),
    teacher_id: z.string().nullable(),
    phone: z.string().nullable(),
    gender: z.string().nullable(),
    has_account: z.boolean(),
    version: z.int(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'User' });
export const linkShape = z.object({
  claim_url: z.string().optional().describe('One-time link by which the person sets a password; shown this once'),
  mailed_to: z.string().optional().describe('Address to which the link goes instead of being shown'),
});
export const createdShape = personShape.extend(linkShape.shape);

export const peopleQuery = z.strictObject({
  ...pageQuery,
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Part of the name, user name, e-mail or external id, or the whole id'),
  called: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The whole name, user name, e-mail or external id, however it is written'),
  role: roleName.transform((name) => toRoles(name)[0]).optional(),
  status: z.enum(USER_STATUSES).optional().describe('All but archived people when it is left out'),
  unit_id: z.uuid().optional().describe('With the units below it'),
  grade_level: z.string().max(20).optional(),
  teacher_id: z.uuid().optional().describe('Students of this teacher'),
  class_id: z.uuid().optional().describe('Members of this classroom, batch or group'),
  count: z.stringbool().default(false).describe('Whether to count all that match'),
});
export type PeopleQuery = z.infer<typeof peopleQuery>;
