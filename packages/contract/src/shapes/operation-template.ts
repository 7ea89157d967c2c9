import { z } from 'zod';
import { line, prose } from '../clean-text.ts';
import { freeJson } from '../free-json.ts';
import { jsonObject, timestamp } from './scalars.ts';

/** Body for saving a template: a kind of operation with the parameters that shorten repeated work. */
export const templateData = z
  .strictObject({
    name: line(200).min(1),
    description: prose(10_000).default(''),
    operation_type: z.string().min(1).max(100).describe('Name or alias of a kind; see /api/bulk/kinds.'),
    template_config: freeJson().describe('Parameters for whatever an operation leaves out.'),
    is_public: z.boolean().default(false).describe('Offered to all staff of the organization.'),
  })
  .meta({ id: 'TemplateData' });
export type TemplateData = z.input<typeof templateData>;

export const operationTemplate = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    operation_type: z.string(),
    template_config: jsonObject.describe('Empty in lists.'),
    usage_count: z.int(),
    last_used: timestamp.nullable(),
    is_public: z.boolean(),
    created_by: z.string(),
    created_at: timestamp,
  })
  .meta({ id: 'OperationTemplate' });
export type OperationTemplate = z.infer<typeof operationTemplate>;
