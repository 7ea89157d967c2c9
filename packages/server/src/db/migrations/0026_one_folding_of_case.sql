-- What counts as the same name, whoever compares: case is folded by one function with a rule of its own, whatever the
-- locale of the database. Final sigma is a sigma, ß is ss, and an i is an i, dotted or not: a name, and the same name in
-- capitals or small letters of whatever language, are one.

do $$
declare
  -- Simple mappings of Unicode, from 17 on built in; before, ICU has them wherever PostgreSQL was built with it.
  lowered text := coalesce(
    (select format('lower($1 collate pg_catalog.%I)', collname) from pg_collation
      where collname in ('pg_c_utf8', 'und-x-icu') and collnamespace = 'pg_catalog'::regnamespace
      order by collname = 'pg_c_utf8' desc limit 1),
    'lower($1)');
begin
  execute format(
    'create function fold(text) returns text language sql immutable parallel safe as $f$
      select replace(replace(translate(%s, %L, %L), %L, %L), %L, %L) $f$',
    lowered, U&'\03C2\017F\0131', U&'\03C3si', U&'\00DF', 'ss', U&'i\0307', 'i');
end $$;

drop index accounts_email_key;
create unique index accounts_email_key on accounts (fold(email));
drop index users_email_key;
create unique index users_email_key on users (org_id, fold(email));
drop index users_username_key;
create unique index users_username_key on users (org_id, fold(username));
drop index users_sign_in_email;
create index users_sign_in_email on users (fold(email)) where account_id is not null;
drop index users_sign_in_username;
create index users_sign_in_username on users (fold(username)) where account_id is not null;
drop index units_code_key;
create unique index units_code_key on units (org_id, fold(code));
drop index courses_code_key;
create unique index courses_code_key on courses (org_id, fold(code));
drop index sections_name_key;
create unique index sections_name_key on sections (org_id, course_id, fold(name));
drop index batches_code_key;
create unique index batches_code_key on batches (org_id, fold(code)) where code is not null;
drop index enroll_invites_code_key;
create unique index enroll_invites_code_key on enroll_invites (org_id, fold(invite_code));
drop index custom_fields_name_key;
create unique index custom_fields_name_key on custom_fields (org_id, fold(name));

create or replace function find_sign_ins(login text) returns table (org_id uuid, user_id uuid, account_id uuid)
  language sql stable security definer set search_path = public, pg_temp as $$
    select u.org_id, u.id, u.account_id from users u
    where u.account_id is not null and (fold(u.email) = fold(login) or fold(u.username) = fold(login))
    limit 20
$$;
