/** A row that two items change would make the second item drift away from its own preview. */
import { sql } from 'kysely';
import { NOTHING_FOUND, type Findings, type Foreseen } from './planned-rows.ts';

/**
 * Items that change a row which an earlier item changes. Rows to be inserted are new to the table, whose key refuses a
 * second one; two changes of a row by the same item are refused by the key of changes.
 */
export function secondChanges({ tx, planId, writes }: Foreseen): Findings {
  if (writes.every(({ action }) => action === 'insert')) return NOTHING_FOUND;
  const changed = sql`c.org_id = ${tx.orgId} and c.operation_id = ${planId} and c.action <> 'insert'`;
  const fault = sql`
    with twice as materialized (
      select c.entity_id, min(c.item_no) as first_no from changes c where ${changed} group by c.entity_id having count(*) > 1)
    select c.item_no, 'changed_by_other_item'::text as code, jsonb_build_object('entity', c.entity, 'item', t.first_no) as detail
    from twice t join changes c on ${changed} and c.entity_id = t.entity_id and c.item_no > t.first_no`;
  return { faults: [fault], pairs: [] };
}
