-- Small segments of a day are merged into one. Those that it replaces count no more; their notes stay in the artifact store until nobody can
-- still be listing them. Their rows stay here: a note that comes back late must never count again.
alter table pushed_segments add column replaced_by bigint references pushed_segments;
-- Since when the artifact store has a note of the one that replaces it.
alter table pushed_segments add column replaced_at timestamptz;
-- The artifact store has no note of it any more.
alter table pushed_segments add column is_unnoted boolean not null default false;
create index pushed_segments_counting on pushed_segments (view_id) where replaced_by is null;
create index pushed_segments_to_unnote on pushed_segments (view_id) where replaced_by is not null and not is_unnoted;
create index pushed_segments_replaced on pushed_segments (replaced_by) where replaced_by is not null;
