import { sql } from 'kysely';
import type { Plan } from '../../engine/kind.ts';

export interface OneItem {
  /** What it is about: the id of the classroom, batch or course. */
  readonly key: string;
  readonly label: string;
  /** What the preview shows of it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly isChanged: boolean;
  readonly warnings?: readonly Readonly<Record<string, unknown>>[];
}

/** The single item of an operation on one thing, which changes something or is skipped. */
export async function planOneItem(plan: Plan, item: OneItem): Promise<void> {
  const warnings = item.warnings ?? [];
  await plan.items(sql`
    select 1 as item_no, null::int as row_no, ${item.key}::text as key, null::uuid as subject_id, ${item.label}::text as label,
      ${JSON.stringify(item.input)}::jsonb as input, ${item.isChanged ? 'update' : 'skip'}::text as action,
      ${item.isChanged ? null : 'unchanged'}::text as code, null::jsonb as detail,
      ${warnings.length === 0 ? null : JSON.stringify(warnings)}::jsonb as warnings`);
}
