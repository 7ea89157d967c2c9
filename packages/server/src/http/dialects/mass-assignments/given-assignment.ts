/** What a client says of a mass assignment, and the parameters of the kind that it means. */
import { LIMITS, line } from '@muster/contract';
import { z } from 'zod';
import { assignmentFields, assignmentParams } from '../../../school/assignments/parameters.ts';
import { sequencePayload } from '../../../school/content/sequences.ts';
import { OPERATION_TYPES } from './mass-operation.ts';

const { target, ...options } = assignmentFields;
const name = line(200).min(1);

const overrideReason = z
  .string()
  .trim()
  .min(LIMITS.overrideReasonCharsMin)
  .max(2_000)
  .describe(
    'Of a system_admin, for more than 5,000 students or in spite of the state of accounts; of a subscriber_admin, for restricted students.',
  );

export const massAssignmentGiven = z
  .strictObject({
    operation_type: z.enum(OPERATION_TYPES),
    name: name.optional(),
    target,
    content_payload: sequencePayload,
    ...z.object(options).partial().shape,
    template_id: z.uuid().nullish().describe('There are no templates yet: any id is unknown.'),
    override_reason: overrideReason.optional(),
    initiated_by: z.unknown().optional().describe('Ignored: it is who asks.'),
  })
  .meta({ id: 'MassAssignmentGiven' });

export const massAssignmentChanges = z
  .strictObject({ name, target, content_payload: sequencePayload, ...options, override_reason: overrideReason })
  .partial()
  .meta({ id: 'MassAssignmentChanges' });

/** The stored parameters of such an operation. */
export const massParams = z.object({ ...assignmentParams.shape, content_payload: sequencePayload });

/** Without what is not a parameter of the kind. */
export function paramsOf(given: z.output<typeof massAssignmentChanges>): Record<string, unknown> {
  const known = Object.keys(massParams.shape);
  return Object.fromEntries(Object.entries(given).filter(([key]) => known.includes(key)));
}
