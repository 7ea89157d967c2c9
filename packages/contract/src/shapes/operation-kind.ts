import { z } from 'zod';
import { ROLES } from '../roles.ts';
import { jsonObject } from './scalars.ts';

/** A field that the rows of a file can be mapped to. */
export const mappableField = z.object({
  name: z.string(),
  title: z.string(),
  type: z.string(),
  required: z.boolean(),
  identifies: z.boolean().describe('Says whom or what a row means; each row needs one of these fields.'),
  values: z.array(z.string()).optional(),
  assumable: z
    .array(z.string())
    .optional()
    .describe('What can be said for all rows that say none; new records get the first of them where nobody says it.'),
});
export type MappableField = z.infer<typeof mappableField>;

export const operationKind = z
  .object({
    name: z.string(),
    title: z.string(),
    aliases: z.array(z.string()),
    parameters: jsonObject.describe(
      'JSON Schema of the parameters, in the order in which a form asks for them: each has `title` and `description`; beside its bounds it may say its `unit`, the `entity` that an id names (`many` for a list, `role` of the people), `labels` of its choices, `x-target` (whom the operation is for) and `x-hidden` (not asked for).',
    ),
    roles: z.array(z.enum(ROLES)),
    may_start: z.boolean().describe('Whether the caller may start one.'),
    reversible: z.boolean(),
    irreversible_reason: z.string().optional(),
    target_model: z.string().nullable().describe('Of mappings, where the input is a file.'),
    fields: z.array(mappableField),
  })
  .meta({ id: 'OperationKind' });
export type OperationKind = z.infer<typeof operationKind>;
