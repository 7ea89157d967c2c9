-- Phases that nothing ever had: a chunk in hand is one transaction, which no reader sees half done.
alter table operations drop constraint operations_phase_check, add constraint operations_phase_check check (
  phase in ('draft', 'planning', 'planned', 'awaiting_approval', 'queued', 'applying', 'done'));
