import type { BulkOperation } from '@muster/contract';
import { useItems } from '../../../api/operation-queries.ts';
import { valueText } from '../../../words/operations.ts';

const EXAMPLES = 2;
const EXAMPLE_CHARS_MAX = 40;

/**
 * A value or two of each column that has any, from the first lines of the plan. Null while they are not here, or there is no
 * plan yet.
 */
export function useExamples(
  { id, plan_hash: planHash }: BulkOperation,
  columns: readonly string[],
): ReadonlyMap<string, string> | null {
  const { data } = useItems(id, {}, planHash !== null);
  const rows = data?.pages[0]?.items.map((item) => item.item_data);
  if (rows === undefined) return null;
  return new Map(
    columns.flatMap((column) => {
      const values = rows.map((row) => valueText(row[column])).filter((value) => value !== null);
      const shown = [...new Set(values)].slice(0, EXAMPLES).map(shortened);
      return shown.length === 0 ? [] : [[column, shown.join(' · ')]];
    }),
  );
}

function shortened(value: string): string {
  return value.length > EXAMPLE_CHARS_MAX ? `${value.slice(0, EXAMPLE_CHARS_MAX)}…` : value;
}
