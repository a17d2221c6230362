-- The control plane of one or more environments. Everything here can be rebuilt from git: the commits say what is wanted,
-- the history branch what was served. Times come from the program, never from the database.

create table leaders (
  environment text primary key,
  -- grows with every change of leader; every write of state is fenced by it
  epoch bigint not null,
  holder text not null,
  -- backend that holds the advisory lock, so that a frozen leader can be disconnected
  backend_pid integer not null,
  -- counts up while the leader lives; a standby that sees it stand still takes over
  heartbeat bigint not null default 0
);

create table environments (
  environment text primary key,
  project text not null,
  -- newest commit that was read, valid or not
  head_commit text,
  -- the last good commit: the one that is applied
  applied_commit text,
  -- the data clock when it is moved by hand
  data_time timestamptz,
  artifact_store text not null
);

create table commits (
  environment text not null,
  commit text not null,
  author text not null,
  message text not null,
  committed_at timestamptz not null,
  read_at timestamptz not null,
  valid boolean not null,
  findings text not null,
  -- how many resources of each kind
  resources text not null,
  primary key (environment, commit)
);

create table releases (
  environment text not null,
  digest text not null,
  document text not null,
  -- commit whose tree has the artifact, for files of the repository
  commit text not null,
  primary key (environment, digest)
);

create table rollout_states (
  environment text not null,
  rollout text not null,
  -- history line of the last transition
  sequence bigint not null,
  state text not null,
  -- the last state is kept: what was rejected stays rejected when the rollout comes back
  removed boolean not null default false,
  primary key (environment, rollout)
);

create table history (
  environment text not null,
  sequence bigint not null,
  hash text not null,
  rollout text not null,
  -- the exact text of the line: canonical JSON
  line text not null,
  pushed boolean not null default false,
  primary key (environment, sequence)
);
create index history_not_pushed on history (environment, sequence) where not pushed;
create index history_of_rollout on history (environment, rollout, sequence);

create table tags (
  name text primary key,
  environment text not null,
  commit text not null,
  message text not null,
  written boolean not null default false
);
create index tags_not_written on tags (environment) where not written;

create table serving_states (
  environment text primary key,
  epoch bigint not null,
  sequence bigint not null,
  -- version at which the routes last changed: a replica at or past it has taken them over
  routes_epoch bigint not null,
  routes_sequence bigint not null,
  document text not null
);

create table replicas (
  environment text not null,
  replica text not null,
  heartbeat_at timestamptz not null,
  -- the document without its time: a change of it is announced
  news text not null,
  document text not null,
  primary key (environment, replica)
);

create table commands (
  id bigint generated always as identity primary key,
  environment text not null,
  rollout text not null,
  verb text not null,
  reason text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  finished_at timestamptz,
  accepted boolean,
  outcome text
);
create index commands_open on commands (environment, id) where finished_at is null;

create table plans (
  id bigint generated always as identity primary key,
  environment text not null,
  commit text not null,
  created_at timestamptz not null,
  document text not null
);
create index plans_newest on plans (environment, id desc);

create table events (
  id bigint generated always as identity primary key,
  environment text not null,
  at timestamptz not null,
  severity text not null check (severity in ('info', 'warning')),
  -- `Rollout/flight-delay`, or `Environment/production`
  object text not null,
  reason text not null,
  message text not null
);
create index events_newest on events (environment, id desc);

create table conditions (
  environment text not null,
  object text not null,
  type text not null,
  document text not null,
  primary key (environment, object, type)
);
