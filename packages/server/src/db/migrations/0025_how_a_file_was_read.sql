-- What was read, guessed, left out and assumed of a file, beside the operation that came from it; empty without a file.
alter table operations add column reading jsonb not null default '{}';

-- The columns of the file that a mapping was saved from, so that it is used again for a file with the same ones.
alter table import_mappings add column header_key text;
create index import_mappings_header_idx on import_mappings (org_id, target_model, header_key) where header_key is not null;
