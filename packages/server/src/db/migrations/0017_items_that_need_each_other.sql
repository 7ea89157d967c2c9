-- `uncut`: the numbers of items after which no chunk ends, as one item takes what a later one gives up; both run together.
-- `hands_on`: some value that only one row may have goes from one row of the plan to another.
alter table operations
  add column uncut int4multirange not null default '{}',
  add column hands_on boolean not null default false;
