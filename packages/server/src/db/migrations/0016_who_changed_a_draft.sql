-- Who changed what a plan depends on cannot approve it, no more than who made it.
alter table operations add column changed_by_accounts uuid[] not null default '{}';
