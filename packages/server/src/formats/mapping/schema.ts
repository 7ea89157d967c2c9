import { z } from 'zod';

const VALIDATION_RULES = [
  'required',
  'type',
  'min_length',
  'max_length',
  'pattern',
  'one_of',
  'unique_in_file',
  'unique_in_store',
  'existing_reference',
  'date_order',
] as const;

const TRANSFORMATION_RULES = [
  'trim',
  'upper',
  'lower',
  'title_case',
  'date_format',
  'number_format',
  'split',
  'join',
  'constant',
  'lookup',
  'default_if_empty',
  'first_filled',
  'replace',
] as const;

export const FIELD_TYPES = ['text', 'email', 'integer', 'date', 'timestamp', 'boolean', 'list', 'enum'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

const params = z.record(z.string(), z.unknown());

/** `message` replaces the words of the catalog for this rule. */
export const validationRuleSchema = z.object({
  field: z.string().min(1),
  rule: z.enum(VALIDATION_RULES),
  params: params.optional(),
  severity: z.enum(['error', 'warning']).default('error'),
  message: z.string().max(500).optional(),
});

/** The rules of one field run in list order, on the cell as it stands in the file. */
export const transformationRuleSchema = z.object({
  field: z.string().min(1),
  rule: z.enum(TRANSFORMATION_RULES),
  params: params.optional(),
});

/** How the columns of a file become fields: source header → target field, and rules per field. */
export const mappingSchema = z.object({
  field_mappings: z.record(z.string(), z.string()),
  default_values: z.record(z.string(), z.unknown()).default({}),
  validation_rules: z.array(validationRuleSchema).max(500).default([]),
  transformation_rules: z.array(transformationRuleSchema).max(500).default([]),
  /** Headers that are left out on purpose. */
  ignore: z.array(z.string()).optional(),
});

export type ValidationRule = z.infer<typeof validationRuleSchema>;
export type TransformationRule = z.infer<typeof transformationRuleSchema>;
export type Mapping = z.infer<typeof mappingSchema>;

/** A field that rows can be mapped to; the kinds of operations define theirs. */
export interface FieldDefinition {
  name: string;
  title: string;
  type: FieldType;
  required?: boolean;
  /** One of several that say whom or what a row means; a row needs a value in at least one of them. */
  identifies?: boolean;
  /** Names another record, or what somebody may do: never guessed from a name that is only like its own. */
  refers?: boolean;
  /** What a new record gets where neither file nor mapping say it. Somebody has to agree. */
  assumed?: string;
  /** Values that give rights: a file never hands them out unasked. */
  weighty?: readonly string[];
  /** Characters of a text, or of one entry of a list. */
  maxLength?: number;
  /** Allowed values of an enum, or of the entries of a list. */
  values?: readonly string[];
  /** Other words for values → value; case, accents and punctuation do not matter. */
  synonyms?: Readonly<Record<string, string>>;
  /** Other names under which files carry this field, the strongest first; case, accents and punctuation do not matter. */
  aliases?: readonly string[];
  /** Names that mean this field only beside others. */
  contextAliases?: readonly ContextAlias[];
  /** Names that sometimes mean this field, so that somebody has to say it. */
  doubtful?: readonly string[];
}

export interface ContextAlias {
  names: readonly string[];
  /** Fields that other columns must be read as, and must not be read as. */
  beside?: readonly string[];
  without?: readonly string[];
  /** Of the bare names of other columns: one must match, none may match. */
  near?: RegExp;
  notNear?: RegExp;
}
