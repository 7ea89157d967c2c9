import { z } from 'zod';
import { conversionOf } from './convert.ts';
import { Rejected, RuleProblem } from './rejected.ts';
import { PATTERN_REFUSALS, compilePattern, matchesWhole } from './safe-pattern.ts';
import { FIELD_TYPES } from './schema.ts';
import type { ValidationRule } from './schema.ts';
import { parse } from './transform.ts';

/** Looks at the value of a field (undefined when absent) and the other values of its row. */
export type Check = (value: unknown, values: Readonly<Record<string, unknown>>) => Rejected | undefined;

type Params = Record<string, unknown>;
type RowRule = Exclude<ValidationRule['rule'], StoreRuleName>;

/** Rules that need the whole file or the store; the planner answers them. */
export const STORE_RULES = ['unique_in_file', 'unique_in_store', 'existing_reference'] as const;
export type StoreRuleName = (typeof STORE_RULES)[number];

export function isStoreRule(rule: ValidationRule['rule']): rule is StoreRuleName {
  return STORE_RULES.some((name) => name === rule);
}

/** @throws RuleProblem when a parameter is missing or wrong. */
export function compileCheck(rule: RowRule, params: Params, hasField: (name: string) => boolean): Check {
  return CHECKS[rule](params, hasField);
}

const CHECKS: Record<RowRule, (params: Params, hasField: (name: string) => boolean) => Check> = {
  required: () => (value) => (value === undefined ? new Rejected('required') : undefined),
  type: (params) => {
    const convert = conversionOf(parse(z.object({ type: z.enum(FIELD_TYPES) }), params));
    return onTexts((text) => {
      const result = convert(text);
      return result instanceof Rejected ? result : undefined;
    });
  },
  min_length: (params) => {
    const { min } = parse(z.object({ min: z.number().int().min(0) }), params);
    return onTexts((text) => (text.length < min ? new Rejected('too_short', { min }) : undefined));
  },
  max_length: (params) => {
    const { max } = parse(z.object({ max: z.number().int().min(0) }), params);
    return onTexts((text) => (text.length > max ? new Rejected('too_long', { max }) : undefined));
  },
  pattern: (params) => {
    const { pattern } = parse(z.object({ pattern: z.string() }), params);
    const compiled = compilePattern(pattern, 'whole');
    if (typeof compiled === 'string') throw new RuleProblem(PATTERN_REFUSALS[compiled]);
    return onTexts((text) => (matchesWhole(compiled, text) ? undefined : new Rejected('pattern_mismatch')));
  },
  one_of: (params) => {
    const { values } = parse(z.object({ values: z.array(z.string()).min(1) }), params);
    const allowed = new Set(values);
    return onTexts((text) => (allowed.has(text) ? undefined : new Rejected('not_one_of', { allowed: values })));
  },
  date_order: (params, hasField) => {
    const { before: other } = parse(z.object({ before: z.string() }), params);
    if (!hasField(other)) throw new RuleProblem(`there is no field "${other}"`);
    return (value, values) => {
      const limit = values[other];
      const isLate = typeof value === 'string' && typeof limit === 'string' && value > limit;
      return isLate ? new Rejected('date_order', { other }) : undefined;
    };
  },
};

/** Checks the text of a value, or each entry of a list; an absent value passes. */
function onTexts(check: (text: string) => Rejected | undefined): Check {
  return (value) => {
    if (value === undefined) return undefined;
    const entries: unknown[] = Array.isArray(value) ? value : [value];
    for (const entry of entries) {
      const rejected = check(typeof entry === 'string' ? entry : JSON.stringify(entry));
      if (rejected !== undefined) return rejected;
    }
    return undefined;
  };
}
