import { sql, type RawBuilder } from 'kysely';

/** Items `first` to `last`, both inclusive, but for those in `without`. */
export interface ItemRange {
  readonly operationId: string;
  readonly first: number;
  readonly last: number;
  readonly without: readonly number[];
}

/** Changes `c` of the range, that is of its pending items: skips and errors have none. */
export function inRange(orgId: string, range: ItemRange): RawBuilder<unknown> {
  const condition = sql`c.org_id = ${orgId} and c.operation_id = ${range.operationId} and c.item_no between ${range.first} and ${range.last}`;
  return range.without.length === 0
    ? condition
    : sql`${condition} and c.item_no <> all(${[...range.without]}::int[])`;
}
