-- Records of predictions and what really happened. Both are divided by day of data time: whole days come (made by whoever writes
-- the first record of a day) and go (past their retention). Nothing here can be rebuilt from git.

create table predictions (
  environment text not null,
  model text not null,
  -- data time
  time timestamptz not null,
  -- wall time
  recorded_at timestamptz not null,
  request_id text not null,
  -- position of the row in its request
  row_index integer not null,
  unit text,
  version integer not null,
  variant text,
  release text not null,
  -- the share with which it was drawn: it stands for 1 / sampled predictions
  sampled double precision not null,
  -- null when it is no number
  score double precision,
  -- the whole record, as its exact text
  record json not null
) partition by range (time);
create index predictions_of_model on predictions (environment, model, time);
create index predictions_of_request on predictions (request_id, row_index);
create index predictions_of_unit on predictions (environment, model, unit, time) where unit is not null;

create table outcomes (
  environment text not null,
  id text not null,
  -- when it happened, by the data clock
  time timestamptz not null,
  -- when it arrived, by the wall clock
  received_at timestamptz not null,
  model text,
  -- of a prediction: request_id and row_index; else model and unit
  request_id text,
  row_index integer,
  unit text,
  -- null: a label
  event text,
  -- the label, or the event's value
  value jsonb
) partition by range (time);
create index outcomes_of_request on outcomes (request_id, row_index) where request_id is not null;
create index outcomes_of_unit on outcomes (environment, model, unit, time) where unit is not null;

-- Which outcomes were stored: a key over all days, which the divided table can not have.
create table outcome_ids (
  environment text not null,
  id text not null,
  time timestamptz not null,
  primary key (environment, id)
);
create index outcome_ids_of_time on outcome_ids (time);

-- Segments of the spools that were stored: none is stored twice, also when its file could not be deleted.
create table spool_segments (
  segment text primary key,
  stored_at timestamptz not null default now()
);

-- The label of a prediction: of its request and row, or of its unit when it is the unit's latest prediction by that model up to
-- the label's time. Of several labels the latest counts: by time, then by arrival.
create function prediction_label(p predictions) returns table (label jsonb, label_time timestamptz)
language sql stable as $$
  select found.value, found.time
  from (
    select o.value, o.time, o.received_at, o.id
    from outcomes o
    where o.environment = p.environment and o.request_id = p.request_id and o.row_index = p.row_index and o.event is null
    union all
    select o.value, o.time, o.received_at, o.id
    from outcomes o
    where o.environment = p.environment and o.model = p.model and o.unit = p.unit and o.event is null and o.time >= p.time
      and not exists (
        select from predictions later
        where later.environment = p.environment and later.model = p.model and later.unit = p.unit
          and later.time >= p.time and later.time <= o.time
          and (later.time, later.recorded_at, later.request_id, later.row_index)
            > (p.time, p.recorded_at, p.request_id, p.row_index)
      )
  ) as found
  order by found.time desc, found.received_at desc, found.id desc
  limit 1
$$;

-- Every prediction whose label is known.
create view labelled_predictions as
select p.*, l.label, l.label_time from predictions p cross join lateral prediction_label(p) as l;
