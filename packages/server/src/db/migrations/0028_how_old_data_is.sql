-- When the source that a person comes from changed the record last, as its files say: older data never goes over newer.
alter table users add column source_changed_at timestamptz;
