-- People are found by a part of what names them, however it is written: without case, accents, apostrophes and commas, with
-- the family name first or last; also by a part of their external id, user name or e-mail.

-- What is not written with an accent of its own is folded to the letter that people type.
create function search_fold(text) returns text language sql immutable parallel safe as $$
  select translate(
    fold(case when octet_length($1) = length($1) then $1 else regexp_replace(normalize($1, NFKD), U&'[\0300-\036F]', '', 'g') end),
    U&'\00F8\0142\0111''\2018\2019\02BC\0060\00B4,', 'old')
$$;

-- "9", "09", "9.0", "9th", "Grade 9" and "9. Klasse" are one grade.
create function grade_fold(text) returns text language sql immutable parallel safe as $$
  select regexp_replace(
    regexp_replace(
      regexp_replace(fold($1), '(^|\s)(grade|level|gr\.?|year|yr\.?|class|klasse|stufe|jahrgang|form)(?=\s|\d|$)', '', 'g'),
      '^\s*0*(\d+)(\.0*|st|nd|rd|th)?\s*$', '\1'),
    '^\s*(0|k|kg|kindergarten)\s*$', 'k')
$$;

alter table users drop column search_name;
alter table users add column search_name text generated always as (
  search_fold(display_name) || '|' || search_fold(family_name) || ' ' || search_fold(given_name)
    || coalesce('|' || search_fold(external_id), '') || coalesce('|' || search_fold(username), '')
    || coalesce('|' || search_fold(email), '')
) stored;

-- Both extensions come with PostgreSQL, and an owner of the database may create them. Where they are not there, people are
-- found as well, by looking at each.
do $$
begin
  create extension if not exists pg_trgm;
  create extension if not exists btree_gin;
  create index users_search on users using gin (org_id, search_name gin_trgm_ops);
exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
  raise notice 'People are searched without an index: %', sqlerrm;
end $$;

-- Row level security keeps conditions that could tell what they see, as LIKE could, from the index. Of the organization of
-- the transaction alone, and never more than a few: who matches very much is found quickly without it.
create function find_people(org uuid, pattern text, most integer) returns setof uuid
  language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
  if org <> current_setting('app.org_id')::uuid then
    raise exception 'People are found in the organization of the transaction alone.';
  end if;
  return query select u.id from users u where u.org_id = org and u.search_name like pattern limit most;
end $$;
