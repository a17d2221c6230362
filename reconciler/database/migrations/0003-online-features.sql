-- Online values of features: one row for each definition of a view and entity.

create table online_views (
  id integer generated always as identity primary key,
  environment text not null,
  -- Digest of the definition, with all that it is made of.
  digest text not null,
  view text not null,
  -- All rows are computed as of this time, in microseconds since the epoch; null: they are filled for the first time, or pushed.
  watermark_us bigint,
  -- Of the view's data that was known at the watermark: another one now means that data came late, or was changed.
  data_fingerprint text,
  -- The fill that is under way: the time it computes as of, the data it reads, whether it computes every entity, and the last one
  -- that is done (null: none yet). All null: none is under way.
  filling_us bigint,
  filling_fingerprint text,
  filling_all boolean,
  filling_after text,
  unique (environment, digest)
);

create table online_rows (
  -- Of online_views. Whoever writes rows locks that row: a foreign key would do so once for each of them, and halve the speed.
  view_id integer not null,
  -- Values of the keys: a JSON array in the order of the definition.
  entity_key text collate "C" not null,
  -- Of the row that the features are from; null where only windows hold a value, or the view is static.
  event_us bigint,
  created_us bigint,
  computed_as_of_us bigint not null,
  -- Values of features, then aggregations: a JSON array in the order of the definition.
  feature_values text not null,
  primary key (view_id, entity_key)
) with (fillfactor = 70);

-- Rows that were pushed, until they are in a segment of the artifact store.
create table pushed_rows (
  id bigint generated always as identity primary key,
  environment text not null,
  digest text not null,
  entity_key text not null,
  event_us bigint not null,
  created_us bigint not null,
  feature_values text not null
);
create index pushed_rows_of_view on pushed_rows (environment, digest, id);
