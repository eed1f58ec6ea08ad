CREATE SCHEMA journal;

CREATE TABLE journal.event (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at           timestamptz NOT NULL,
  kind         text NOT NULL,
  actor_kind   text NOT NULL CHECK (actor_kind IN ('Person', 'Token', 'Webhook', 'System')),
  actor_name   text NOT NULL,
  repository_id uuid,
  commit_sha   text CHECK (commit_sha ~ '^[0-9a-f]{40}$'),
  build_id     uuid,
  release      text CHECK (release ~ '^sha256:[0-9a-f]{64}$'),
  promotion_id uuid,
  stage        text,
  deployable   text,
  cluster      text,
  task_id      text,
  payload      jsonb NOT NULL
);

CREATE INDEX event_commit ON journal.event (commit_sha, id) WHERE commit_sha IS NOT NULL;
CREATE INDEX event_repository ON journal.event (repository_id, id) WHERE repository_id IS NOT NULL;
CREATE INDEX event_build ON journal.event (build_id, id) WHERE build_id IS NOT NULL;
CREATE INDEX event_release ON journal.event (release, id) WHERE release IS NOT NULL;
CREATE INDEX event_promotion ON journal.event (promotion_id, id) WHERE promotion_id IS NOT NULL;
CREATE INDEX event_task ON journal.event (task_id, id) WHERE task_id IS NOT NULL;
CREATE INDEX event_cluster ON journal.event (cluster, id) WHERE cluster IS NOT NULL;
CREATE INDEX event_deployable ON journal.event (deployable, id) WHERE deployable IS NOT NULL;
CREATE INDEX event_stage ON journal.event (stage, id) WHERE stage IS NOT NULL;
