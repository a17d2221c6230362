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
  -- Of the files that hold the view's data, at the watermark; null: it is not from files alone, row by row.
  data_files text,
  -- True: of these files no row becomes known after the watermark, and time alone changes no value.
  is_settled boolean not null default false,
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

-- Keys that the fill that is under way found without a value. Their rows hold until the watermark moves: a key without a row has none as of it.
create table online_gone (
  view_id integer not null,
  entity_key text collate "C" not null,
  primary key (view_id, entity_key)
);

-- Definitions of which rows were pushed, with what it takes to read these rows when nothing else knows the definition any more.
create table pushed_views (
  id integer generated always as identity primary key,
  environment text not null,
  digest text not null,
  view text not null,
  -- JSON: `keys` and `features`, each with name and dtype, in the order of entity_key and feature_values.
  columns text not null,
  unique (environment, digest)
);

-- The log of pushed rows: each is here until it is in a segment of the artifact store that pushed_segments lists.
create table pushed_rows (
  id bigint generated always as identity primary key,
  -- Of pushed_views, which loses no row.
  view_id integer not null,
  entity_key text not null,
  event_us bigint not null,
  created_us bigint not null,
  feature_values text not null
);
create index pushed_rows_of_view on pushed_rows (view_id, id);

-- Parquet files with rows of the log. A file that is not listed here counts nowhere.
create table pushed_segments (
  id bigint generated always as identity primary key,
  view_id integer not null references pushed_views,
  -- Address of the artifact store, and the digest by which the file lies there.
  store text not null,
  sha256 text not null,
  size_bytes integer not null,
  row_count integer not null,
  first_event_us bigint not null,
  last_event_us bigint not null,
  first_created_us bigint not null,
  last_created_us bigint not null,
  -- The artifact store has a note of it, too: readers without a database find it from then on.
  is_noted boolean not null default false
);
create index pushed_segments_to_note on pushed_segments (view_id) where not is_noted;

-- Where the data clock is moved by hand: the time as of which all that was due of online views was computed, or failed.
alter table environments add column views_time timestamptz;
