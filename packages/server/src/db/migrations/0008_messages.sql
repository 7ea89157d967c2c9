-- Messages on their way. A row of the outbox waits, was delivered, failed for good, or was dropped because nobody is to
-- be told. What was written before messages were delivered at all concerns nobody any more.
alter table outbox
  add column status text not null default 'waiting',
  add column next_attempt_at timestamptz not null default now(),
  add constraint outbox_status_check check (status in ('waiting', 'delivered', 'failed', 'dropped'));
update outbox set status = case when delivered_at is null then 'dropped' else 'delivered' end;
drop index outbox_waiting;
create index outbox_due on outbox (org_id, next_attempt_at) where status = 'waiting';
create index outbox_status on outbox (org_id, status, created_at desc, id desc);

create index assignments_scheduled on assignments (org_id, start_at) where state = 'scheduled';

-- Organizations for which a worker has something to do by now, read across organizations: it says no more than that.
create function find_waiting_messages(by_now timestamptz) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp as $$
    select o.id from orgs o
    where exists (select from outbox m where m.org_id = o.id and m.status = 'waiting' and m.next_attempt_at <= by_now)
$$;
create function find_due_assignments(by_now timestamptz) returns setof uuid
  language sql stable security definer set search_path = public, pg_temp as $$
    select o.id from orgs o
    where exists (select from assignments a where a.org_id = o.id and a.state = 'scheduled' and a.start_at <= by_now)
$$;
