CREATE SCHEMA stages;

-- What a repository runs in a stage. The generation only grows: it fences every statement and every task of the slot.
CREATE TABLE stages.slot (
  stage           text NOT NULL,
  repository_id   uuid NOT NULL,
  generation      bigint NOT NULL DEFAULT 0 CHECK (generation >= 0),
  current_release text CHECK (current_release ~ '^sha256:[0-9a-f]{64}$'),
  stable_release  text CHECK (stable_release ~ '^sha256:[0-9a-f]{64}$'),
  promotion_id    uuid,
  since           timestamptz,
  healthy_since   timestamptz,
  PRIMARY KEY (stage, repository_id)
);

CREATE TABLE stages.promotion (
  id              uuid PRIMARY KEY,
  number          bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  repository_id   uuid NOT NULL,
  stage           text NOT NULL,
  cluster         text NOT NULL,
  release         text NOT NULL CHECK (release ~ '^sha256:[0-9a-f]{64}$'),
  release_number  int NOT NULL,
  commit_sha      text NOT NULL CHECK (commit_sha ~ '^[0-9a-f]{40}$'),
  build_id        uuid NOT NULL,
  automatic       boolean NOT NULL,
  created_by      text NOT NULL,
  phase           text NOT NULL CHECK (phase IN
                    ('Waiting', 'Deploying', 'Baking', 'RollingBack', 'Succeeded', 'RolledBack', 'Failed', 'Rejected', 'Superseded')),
  generation      bigint,
  target          text CHECK (target ~ '^sha256:[0-9a-f]{64}$'),
  superseded_by   text CHECK (superseded_by ~ '^sha256:[0-9a-f]{64}$'),
  failure_class   text CHECK (failure_class IN ('App', 'Health', 'Config', 'Infra', 'Security')),
  reason          text,
  blockers        jsonb NOT NULL DEFAULT '[]',
  plan_digest     text,
  bake_until      timestamptz,
  next_wake       timestamptz,
  created_at      timestamptz NOT NULL,
  started_at      timestamptz,
  healthy_at      timestamptz,
  finished_at     timestamptz,
  version         bigint NOT NULL DEFAULT 1
);

-- At most one promotion moves a slot at a time.
CREATE UNIQUE INDEX promotion_running ON stages.promotion (stage, repository_id) WHERE phase IN ('Deploying', 'Baking', 'RollingBack');
-- A release waits or runs once per stage, and is offered by the system once ever.
CREATE UNIQUE INDEX promotion_live ON stages.promotion (stage, release) WHERE phase IN ('Waiting', 'Deploying', 'Baking', 'RollingBack');
CREATE UNIQUE INDEX promotion_offered ON stages.promotion (stage, release) WHERE automatic;
CREATE INDEX promotion_wake ON stages.promotion (next_wake) WHERE next_wake IS NOT NULL;
CREATE INDEX promotion_waiting ON stages.promotion (repository_id, stage) WHERE phase = 'Waiting';
CREATE INDEX promotion_newest ON stages.promotion (created_at DESC, id DESC);
CREATE INDEX promotion_release ON stages.promotion (release);
CREATE INDEX promotion_commit ON stages.promotion (commit_sha);
CREATE INDEX promotion_slot ON stages.promotion (stage, repository_id, created_at DESC);

-- One deploy per deployable of the release, and again per deployable when the promotion rolls back.
CREATE TABLE stages.deploy (
  promotion_id  uuid NOT NULL REFERENCES stages.promotion (id),
  cluster       text NOT NULL,
  deploy_id     text NOT NULL,
  request_id    text NOT NULL,
  deployable    text NOT NULL,
  kind          text NOT NULL,
  release       text NOT NULL,
  generation    bigint NOT NULL,
  rollback      boolean NOT NULL,
  instances     int NOT NULL,
  state         text NOT NULL CHECK (state IN ('Submitted', 'Healthy', 'Failed')),
  failure_class text CHECK (failure_class IN ('App', 'Health', 'Config', 'Infra', 'Security')),
  reason        text,
  submitted_at  timestamptz NOT NULL,
  ended_at      timestamptz,
  PRIMARY KEY (cluster, deploy_id)
);
CREATE INDEX deploy_promotion ON stages.deploy (promotion_id);

-- What each deployable should run in each stage: the matrix.
CREATE TABLE stages.deployable (
  name           text NOT NULL,
  stage          text NOT NULL,
  repository_id  uuid NOT NULL,
  kind           text NOT NULL,
  release        text NOT NULL,
  release_number int NOT NULL,
  commit_sha     text NOT NULL,
  deploy_id      text NOT NULL,
  request_id     text NOT NULL,
  cluster        text NOT NULL,
  instances      int NOT NULL,
  promotion_id   uuid NOT NULL REFERENCES stages.promotion (id),
  since          timestamptz NOT NULL,
  PRIMARY KEY (name, stage)
);
CREATE INDEX deployable_repository ON stages.deployable (repository_id);
CREATE INDEX deployable_promotion ON stages.deployable (promotion_id);

CREATE TABLE stages.decision (
  id           uuid PRIMARY KEY,
  promotion_id uuid NOT NULL REFERENCES stages.promotion (id),
  kind         text NOT NULL CHECK (kind IN ('Approve', 'Reject')),
  person       text NOT NULL,
  groups       text[] NOT NULL,
  plan_digest  text NOT NULL,
  comment      text,
  envelope     text,
  at           timestamptz NOT NULL
);
CREATE UNIQUE INDEX decision_once ON stages.decision (promotion_id, plan_digest, person) WHERE kind = 'Approve';
CREATE INDEX decision_promotion ON stages.decision (promotion_id, at);

