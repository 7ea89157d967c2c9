import { CONFLICT_RULES, freeJson, invalidField, line, prose } from '@muster/contract';
import { z } from 'zod';
import type { Engine } from '../../engine/index.ts';
import type { Kind } from '../../engine/kind.ts';
import type { CsvOptions } from '../../formats/csv/read-csv.ts';

/** Fields of a form are texts. */
const formBoolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

const jsonText = freeJson();

/** Which mapping: one of the two. */
export const mappingChoice = z.strictObject({
  mapping_id: z.string().min(1).optional(),
  mapping: jsonText
    .optional()
    .describe('JSON: `{"preset": "auto"}`, the name of another preset, a whole mapping, or `{"column": "field"}`.'),
});

/** How the file is written, where that is not to be found out. */
export const fileDialect = z.strictObject({
  encoding: z.string().max(40).optional(),
  delimiter: z.string().length(1).optional(),
  has_header: formBoolean
    .default(true)
    .describe('false where the first line is data: the columns are called column_1, column_2, …'),
});

/** The same for whoever reads the file. */
export function dialectOf({ encoding, delimiter, has_header: hasHeader }: z.output<typeof fileDialect>): CsvOptions {
  return {
    hasHeader,
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter }),
  };
}

export const importForm = mappingChoice
  .extend(fileDialect.shape)
  .extend({
    target_model: z.string().min(1).max(100),
    conflict_rule: z.enum(CONFLICT_RULES).default('fail_item'),
    dry_run: formBoolean.default(false).describe('Say what would happen, row by row, and keep nothing.'),
    parameters: jsonText.default({}).describe('JSON: further parameters of the kind.'),
    operation_name: line(200).min(1).optional(),
    description: prose(10_000).optional(),
  });
export type ImportFields = z.output<typeof importForm>;

/** The kind that reads files of a target. @throws Problem `validation_failed` naming the targets there are. */
export function kindOfTarget(engine: Engine, target: string): Kind {
  const found = engine.kinds.find((kind) => kind.rows?.target === target);
  if (found !== undefined) return found;
  throw invalidField('target_model', `use one of ${targetsOf(engine).join(', ')}`);
}

function targetsOf(engine: Engine): string[] {
  return engine.kinds.flatMap((kind) => (kind.rows === undefined ? [] : [kind.rows.target]));
}
