CREATE SCHEMA build;

-- Numbers are never reused: the counter only grows, also when a build is removed.
CREATE TABLE build.counter (
  repository_id uuid PRIMARY KEY,
  last          int NOT NULL
);

CREATE TABLE build.build (
  id              uuid PRIMARY KEY,
  repository_id   uuid NOT NULL,
  number          int NOT NULL,
  sha             text NOT NULL CHECK (sha ~ '^[0-9a-f]{40}$'),
  branch          text,
  trigger         text NOT NULL CHECK (trigger IN ('Push', 'Manual', 'Retry')),
  requested_by    text NOT NULL,
  retry_of        uuid REFERENCES build.build (id),
  state           text NOT NULL CHECK (state IN ('Running', 'Succeeded', 'Failed', 'Cancelled', 'Skipped')),
  failure_class   text CHECK (failure_class IN ('App', 'Health', 'Config', 'Infra', 'Security')),
  reason          text,
  definition_file text,
  definition      jsonb,
  problems        jsonb NOT NULL DEFAULT '[]',
  created_at      timestamptz NOT NULL,
  started_at      timestamptz,
  finished_at     timestamptz,
  next_wake       timestamptz,
  UNIQUE (repository_id, number),
  CHECK ((state = 'Running') = (next_wake IS NOT NULL)),
  CHECK ((state = 'Running') = (finished_at IS NULL))
);
-- A push builds a commit once, however many branches and deliveries bring it.
CREATE UNIQUE INDEX build_push ON build.build (repository_id, sha) WHERE trigger = 'Push';
CREATE INDEX build_commit ON build.build (sha, created_at);
CREATE INDEX build_newest ON build.build (created_at, id);
CREATE INDEX build_repository ON build.build (repository_id, created_at, id);
CREATE INDEX build_retry ON build.build (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX build_wake ON build.build (next_wake) WHERE next_wake IS NOT NULL;

-- task_* is what Mesos said, result what the runner said: a module ends when both are known.
CREATE TABLE build.module_build (
  id            uuid PRIMARY KEY,
  build_id      uuid NOT NULL REFERENCES build.build (id),
  name          text NOT NULL,
  position      int NOT NULL,
  depends_on    text[] NOT NULL,
  state         text NOT NULL CHECK (state IN ('Waiting', 'Queued', 'Running', 'Succeeded', 'Failed', 'Cancelled', 'Skipped')),
  run_id        text NOT NULL UNIQUE,
  task_id       text,
  attempt       int NOT NULL DEFAULT 0,
  source_digest text,
  source_bytes  bigint,
  result        jsonb,
  task_outcome  text CHECK (task_outcome IN ('Succeeded', 'Failed', 'Cancelled')),
  task_class    text CHECK (task_class IN ('App', 'Health', 'Config', 'Infra', 'Security')),
  task_reason   text,
  task_ended_at timestamptz,
  failure_class text CHECK (failure_class IN ('App', 'Health', 'Config', 'Infra', 'Security')),
  reason        text,
  failed_step   text,
  exit_code     int,
  queued_at     timestamptz,
  started_at    timestamptz,
  finished_at   timestamptz,
  UNIQUE (build_id, name)
);

CREATE TABLE build.step (
  module_build_id uuid NOT NULL REFERENCES build.module_build (id),
  index           int NOT NULL CHECK (index >= 0),
  name            text NOT NULL,
  state           text NOT NULL CHECK (state IN ('Waiting', 'Running', 'Succeeded', 'Failed', 'TimedOut', 'Skipped')),
  started_at      timestamptz,
  finished_at     timestamptz,
  exit_code       int,
  log_bytes       bigint NOT NULL DEFAULT 0,
  tail            text,
  PRIMARY KEY (module_build_id, index)
);

-- Source bundles that were made: named by what they hold, so an unchanged module is never packed again.
CREATE TABLE build.bundle (
  repository_id uuid NOT NULL,
  key           text NOT NULL,
  digest        text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  bytes         bigint NOT NULL,
  made_at       timestamptz NOT NULL,
  PRIMARY KEY (repository_id, key)
);
