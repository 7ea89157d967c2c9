-- Items that a plan skips have their end with it, and are counted when the operation starts. Those of operations that
-- were planned before are brought to the same.

set local citus.multi_shard_modify_mode = 'sequential';

with ended as (
  update operation_items set status = 'skipped' where action = 'skip' and status = 'pending' returning org_id, operation_id
), counted as (
  select org_id, operation_id, count(*)::int as items from ended group by org_id, operation_id
)
update operations o set skipped_items = o.skipped_items + c.items, processed_items = o.processed_items + c.items
from counted c where o.org_id = c.org_id and o.id = c.operation_id and o.started_at is not null;
