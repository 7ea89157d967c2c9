-- The first of those who match, in the order of their names, after somebody. Row level security keeps conditions that could
-- tell what they see, as LIKE could, from the index; so this looks without it, and in the organization of the transaction
-- alone.
--
-- Few are found by the index. Of very many the first are among the next people in order. Those between are found by the index
-- and put in order: the planner does not know that people of one family name stand together, and would read up to them.
drop function find_people(uuid, text, integer);
create function find_people(
  org uuid, pattern text, after_family text, after_given text, after_id uuid, most integer
) returns setof uuid
  language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  found uuid[];
begin
  if org <> current_setting('app.org_id')::uuid then
    raise exception 'People are found in the organization of the transaction alone.';
  end if;
  found := array(select u.id from users u where u.org_id = org and u.search_name like pattern limit most);
  if cardinality(found) < most then
    return query
      select u.id from users u
      where u.org_id = org and u.id = any(found)
        and (after_id is null or (u.family_name, u.given_name, u.id) > (after_family, after_given, after_id));
    return;
  end if;
  found := array(
    select next.id from (
      select u.id, u.search_name from users u
      where u.org_id = org and (after_id is null or (u.family_name, u.given_name, u.id) > (after_family, after_given, after_id))
      order by u.family_name, u.given_name, u.id limit most * 10) next
    where next.search_name like pattern limit most);
  if cardinality(found) < most then
    found := array(
      select matching.id from (
        select u.id, u.family_name, u.given_name from users u
        where u.org_id = org and u.search_name like pattern
          and (after_id is null or (u.family_name, u.given_name, u.id) > (after_family, after_given, after_id)) offset 0) matching
      order by matching.family_name, matching.given_name, matching.id limit most);
  end if;
  return query select unnest(found);
end $$;
