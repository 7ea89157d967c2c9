-- A file that comes again every night leaves 100,000 items that are merely unchanged. Nobody looks for one of those: all are
-- there, and the index on codes took a tenth of the plan.
drop index operation_items_code;
create index operation_items_code on operation_items (org_id, operation_id, code, item_no) where code <> 'unchanged';
