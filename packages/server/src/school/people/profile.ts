/** What many people can be given at once. */
import { USER_ROLES, USER_STATUSES } from '@muster/contract';
import { z } from 'zod';

const text = (max: number) => z.string().trim().min(1).max(max).nullable();

export const rolesSchema = z.array(z.enum(USER_ROLES)).min(1);

/** Null empties a field; what is left out stays. */
export const profileSchema = z
  .strictObject({
    unit_id: z.uuid().nullable(),
    grade_level: z.union([text(20), z.int()]).transform((given) => (given === null ? null : String(given))),
    teacher_id: z.uuid().nullable(),
    phone: text(50),
    gender: text(50),
  })
  .partial();

/** What everybody gets, the same for all. */
export const sameForAll = profileSchema.extend({
  roles: rolesSchema.optional(),
  status: z.enum(USER_STATUSES).optional(),
});
