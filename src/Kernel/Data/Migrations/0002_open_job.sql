-- Jobs that are not done. A row with no try waits for its first one: its Hangfire job is only a hint. A row with tries failed
-- unexpectedly: next_wake says when it is tried again, and without one it is given up and waits for a person. A job that succeeds is removed.
CREATE TABLE journal.open_job (
  id              uuid PRIMARY KEY,
  key             bytea NOT NULL UNIQUE,
  name            text NOT NULL,
  invocation      text NOT NULL,
  object_kind     text NOT NULL,
  object_id       text NOT NULL,
  repository_id   uuid,
  commit_sha      text CHECK (commit_sha ~ '^[0-9a-f]{40}$'),
  build_id        uuid,
  created_at      timestamptz NOT NULL,
  tries           int NOT NULL CHECK (tries >= 0),
  first_failed_at timestamptz,
  last_failed_at  timestamptz,
  next_wake       timestamptz,
  error_type      text,
  error           text,
  CHECK (tries > 0 OR next_wake IS NOT NULL),
  CHECK ((tries = 0) = (first_failed_at IS NULL)),
  CHECK ((tries = 0) = (last_failed_at IS NULL)),
  CHECK ((tries = 0) = (error_type IS NULL)),
  CHECK ((tries = 0) = (error IS NULL))
);
CREATE INDEX open_job_wake ON journal.open_job (next_wake) WHERE next_wake IS NOT NULL;
CREATE INDEX open_job_failed ON journal.open_job (last_failed_at, id) WHERE tries > 0;
CREATE INDEX open_job_object ON journal.open_job (object_id) WHERE tries > 0;
CREATE INDEX open_job_commit ON journal.open_job (repository_id, commit_sha) WHERE tries > 0;
CREATE INDEX open_job_build ON journal.open_job (build_id) WHERE tries > 0;
