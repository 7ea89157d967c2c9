import { sentenceCase } from '@muster/contract';
import { z } from 'zod';
import type { Kind } from '../engine/kind.ts';
import { asObject } from './stored.ts';

/**
 * JSON Schema of what a kind takes, as a form needs it: properties in the order in which they are asked for, each with
 * `title`, `description`, bounds and default, `unit`, `entity` and `many`, `role`, `labels` of its choices, `x-hidden`
 * and `x-target`, as far as they have them.
 */
export function parametersOf(kind: Kind): Record<string, unknown> {
  return asObject(
    z.toJSONSchema(kind.params, {
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema: schema }) => {
        // What a format says by its name; these patterns were most of the answer's weight.
        if (schema.format !== undefined) delete schema.pattern;
        if (schema.enum !== undefined) schema['labels'] = { ...labelsOf(schema.enum), ...asObject(schema['labels']) };
      },
    }),
  );
}

/** `create_only` is Create only. */
function labelsOf(values: readonly unknown[]): Record<string, string> {
  return Object.fromEntries(values.map(String).map((value) => [value, sentenceCase(value.toLowerCase())]));
}
