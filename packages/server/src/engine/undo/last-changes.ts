/** What other operations did to rows, and who did it last. */
import { sql, type RawBuilder } from 'kysely';

/**
 * The changes that hold, of these rows, by all operations but one: `entity_id`, `operation_id`, `action`,
 * `processed_at`. Asked with `= any(…)` they and their items are found by their keys: with 50,000 rows, one by one took
 * hours.
 * @param ids - An array of ids.
 */
export function changesByOthers(orgId: string, except: string, ids: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    with candidate as materialized (
      select c.entity_id, c.operation_id, c.item_no, c.action from changes c
      where c.org_id = ${orgId} and c.operation_id <> ${except} and c.entity_id = any(${ids}))
    select c.entity_id, c.operation_id, c.action, i.processed_at
    from candidate c
    join operation_items i on i.org_id = ${orgId} and i.operation_id = c.operation_id and i.item_no = c.item_no
      and i.operation_id = any(array(select distinct operation_id from candidate)) and i.status = 'success'`;
}

/** The last of `changes`, a table expression as above, for each row: `entity_id`, `operation_id`, `operation_name`, `who`, `at`. */
export function lastOf(orgId: string, changes: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select distinct on (later.entity_id) later.entity_id, o.id as operation_id, o.name as operation_name,
      coalesce(u.display_name, a.email, 'an administrator') as who,
      to_char(later.processed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
    from ${changes} later
    join operations o on o.org_id = ${orgId} and o.id = later.operation_id
    left join users u on u.org_id = ${orgId} and u.id = o.created_by_user
    left join accounts a on a.id = o.created_by_account
    order by later.entity_id, later.processed_at desc`;
}
