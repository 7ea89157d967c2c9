import { z } from 'zod';
import { line, prose } from '../clean-text.ts';
import { freeJson } from '../free-json.ts';
import { jsonObject, timestamp } from './scalars.ts';

export const SOURCE_FORMATS = ['csv', 'excel', 'json', 'xml'] as const;

/** Names of the rules and their parameters: docs/guides/import.md. */
export const validationRule = z
  .object({
    field: z.string(),
    rule: z.string(),
    params: freeJson().optional(),
    severity: z.enum(['error', 'warning']).optional(),
    message: z.string().optional(),
  })
  .meta({ id: 'ValidationRule' });
export type ValidationRule = z.infer<typeof validationRule>;

export const transformationRule = z
  .object({ field: z.string(), rule: z.string(), params: freeJson().optional() })
  .meta({ id: 'TransformationRule' });
export type TransformationRule = z.infer<typeof transformationRule>;

/** How the columns of a file become fields: `field_mappings` is source column → target field. */
export const mappingRules = z.object({
  field_mappings: z.record(z.string(), z.string()),
  default_values: jsonObject,
  validation_rules: z.array(validationRule),
  transformation_rules: z.array(transformationRule),
});
export type MappingRules = z.infer<typeof mappingRules>;

/** Body for saving a mapping. */
export const mappingData = z
  .strictObject({
    name: line(200).min(1),
    description: prose(10_000).default(''),
    source_format: z.enum(SOURCE_FORMATS),
    target_model: z.string().min(1).max(100),
    field_mappings: mappingRules.shape.field_mappings,
    default_values: freeJson().default({}),
    validation_rules: z.array(validationRule).max(500).default([]),
    transformation_rules: z.array(transformationRule).max(500).default([]),
    is_template: z.boolean().default(false),
    header: z
      .array(z.string())
      .min(1)
      .max(1_000)
      .optional()
      .describe('The columns of the file it was made from: files with the same ones are read by it of themselves.'),
  })
  .meta({ id: 'MappingData' });
export type MappingData = z.input<typeof mappingData>;

export const importMapping = mappingRules
  .extend({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    source_format: z.enum(SOURCE_FORMATS),
    target_model: z.string(),
    is_template: z.boolean(),
    created_by: z.string(),
    created_at: timestamp,
  })
  .meta({ id: 'ImportMapping' });
export type ImportMapping = z.infer<typeof importMapping>;

/** A mapping offered to others; the same shape. */
export type ImportMappingTemplate = ImportMapping;
