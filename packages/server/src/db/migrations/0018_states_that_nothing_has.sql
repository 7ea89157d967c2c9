-- Phases and item statuses that nothing ever had: a chunk in hand is one transaction, which no reader sees half done.
alter table operations drop constraint operations_phase_check, add constraint operations_phase_check check (
  phase in ('draft', 'planning', 'planned', 'awaiting_approval', 'queued', 'applying', 'done'));
alter table operation_items drop constraint operation_items_status_check, add constraint operation_items_status_check check (
  status in ('pending', 'success', 'failed', 'skipped'));
