-- Operations that bring down their workers, those that fail again and again, and figures for who watches over the server.

-- How many workers in a row died while this item was the next one. Up to `alone_to_item` each item gets a transaction of
-- its own, so that the guilty one is found.
alter table operations
  add column deaths integer not null default 0,
  add column died_at_item integer,
  add column alone_to_item integer,
  -- Chunks in a row of which more than half could not be written.
  add column failing_chunks integer not null default 0;

-- The source's store holds an object where no rules are given; the API says a list all the same.
alter table import_mappings
  alter column validation_rules set default '{}',
  alter column transformation_rules set default '{}';

-- Counts and times of all organizations together, without a word of any: what is under way, and what ended since.
create function operation_figures(since timestamptz) returns table (
  kind text, lane text, status text, operations bigint, failed_items bigint,
  oldest_seconds double precision, median_seconds double precision, p95_seconds double precision, max_seconds double precision
)
  language sql stable security definer set search_path = public, pg_temp as $$
    select o.kind, o.lane, o.status, count(*), sum(o.failed_items),
      extract(epoch from now() - min(o.queued_at))::double precision,
      percentile_cont(0.5) within group (order by t.seconds), percentile_cont(0.95) within group (order by t.seconds), max(t.seconds)
    from operations o
    cross join lateral (select extract(epoch from o.completed_at - o.started_at)::double precision as seconds) t
    where o.status in ('validating', 'queued', 'processing', 'paused') or o.completed_at >= since
    group by 1, 2, 3
$$;
create index operations_under_way on operations (status) where status in ('validating', 'queued', 'processing', 'paused');
create index operations_ended on operations (completed_at) where completed_at is not null;
