/** What many people can be given at once. */
import { CONFLICT_RULES, line, USER_ROLES, USER_STATUSES } from '@muster/contract';
import { z } from 'zod';
import { charsMaxOf } from './fields.ts';

const text = (name: string) => line(charsMaxOf(name)).min(1).nullable();

export const rolesSchema = z.array(z.enum(USER_ROLES)).min(1).max(20);

export const reasonSchema = z
  .string()
  .max(1_000)
  .default('')
  .meta({ title: 'Reason', description: 'Why; kept with the operation.' });

export const conflictRule = z.enum(CONFLICT_RULES).default('fail_item');
/** What becomes of archived people whom a file names without a word of their status. */
const ARCHIVED_RULES = ['leave', 'bring_back', 'new_person'] as const;
export type ArchivedRule = (typeof ARCHIVED_RULES)[number];
export const archivedRule = z
  .enum(ARCHIVED_RULES)
  .default('leave')
  .meta({
    title: 'Archived people',
    description: 'What happens where a row names somebody who is archived, and says nothing of their status.',
    labels: {
      leave: 'Leave them archived, and say so',
      bring_back: 'Bring them back',
      new_person: 'Make a new person, who takes over the identifiers',
    } satisfies Record<ArchivedRule, string>,
  });

export const CONFLICT_WORDS = {
  keep_existing: 'Leave them as they are',
  overwrite: 'Change them all the same',
  merge_non_empty: 'Change them, but empty nothing',
  fail_item: 'Show them as errors',
} satisfies Record<(typeof CONFLICT_RULES)[number], string>;

/** Null empties a field; what is left out stays. */
export const profileSchema = z
  .strictObject({
    unit_id: z.uuid().nullable().meta({ title: 'Unit', description: 'The unit to which they belong.', entity: 'unit' }),
    grade_level: z
      .union([text('grade_level'), z.int().min(-9).max(9_999)])
      .transform((given) => (given === null ? null : String(given)))
      .meta({ title: 'Grade level', description: 'The grade level that they are in.' }),
    teacher_id: z
      .uuid()
      .nullable()
      .meta({ title: 'Primary teacher', description: 'Who looks after them.', entity: 'user', role: 'teacher' }),
    phone: text('phone').meta({ title: 'Phone', description: 'The number to call.' }),
    gender: text('gender').meta({ title: 'Gender', description: 'As the school writes it.' }),
  })
  .partial();

/** What everybody gets, the same for all. */
export const sameForAll = profileSchema.extend({
  roles: rolesSchema.optional().meta({ title: 'Roles', description: 'All roles of each, in place of what they had.' }),
  status: z.enum(USER_STATUSES).optional().meta({ title: 'Status', description: 'What they become.' }),
});
