/** What many people can be given at once. */
import { line, USER_ROLES, USER_STATUSES } from '@muster/contract';
import { z } from 'zod';
import { charsMaxOf } from './fields.ts';

const text = (name: string) => line(charsMaxOf(name)).min(1).nullable();

export const rolesSchema = z.array(z.enum(USER_ROLES)).min(1);

/** Null empties a field; what is left out stays. */
export const profileSchema = z
  .strictObject({
    unit_id: z.uuid().nullable(),
    grade_level: z.union([text('grade_level'), z.int()]).transform((given) => (given === null ? null : String(given))),
    teacher_id: z.uuid().nullable(),
    phone: text('phone'),
    gender: text('gender'),
  })
  .partial();

/** What everybody gets, the same for all. */
export const sameForAll = profileSchema.extend({
  roles: rolesSchema.optional(),
  status: z.enum(USER_STATUSES).optional(),
});
