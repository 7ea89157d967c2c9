-- Which organization an id belongs to: a platform account acts in the one of the object that it names. It says no more.
create function find_owner(wanted_table text, wanted uuid) returns uuid
  language plpgsql stable security definer set search_path = public, pg_temp as $$
declare owner uuid;
begin
  execute format('select o.id from orgs o join %I t on t.org_id = o.id and t.id = $1 limit 1', wanted_table) into owner using wanted;
  return owner;
end $$;
