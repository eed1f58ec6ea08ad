CREATE SCHEMA scheduler;

-- Who leads a cluster. Every transaction of the loop checks its epoch here: a leader that lost its lock cannot write any more.
CREATE TABLE scheduler.leader (
  cluster   text PRIMARY KEY,
  epoch     bigint NOT NULL DEFAULT 0,
  holder    text,
  since     timestamptz,
  beat_at   timestamptz
);

-- The id that the master gave us. Losing it would start everything twice, so it is never replaced by a new one.
CREATE TABLE scheduler.framework (
  cluster        text PRIMARY KEY,
  framework_id   text,
  state          text NOT NULL CHECK (state IN ('Connecting', 'Subscribed', 'Disconnected', 'FailedOver', 'Removed', 'Unauthorized', 'Refused')),
  detail         text,
  master         text,
  master_version text,
  changed_at     timestamptz NOT NULL
);

-- Commands wait here, written in the caller's transaction, until the leader has made their effects durable.
CREATE TABLE scheduler.intake (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cluster    text NOT NULL,
  at         timestamptz NOT NULL,
  subject_id text NOT NULL,
  payload    jsonb NOT NULL
);
CREATE INDEX intake_cluster ON scheduler.intake (cluster, id);

CREATE TABLE scheduler.request (
  cluster        text NOT NULL,
  id             text NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('Service', 'Worker', 'RunOnce')),
  state          text NOT NULL CHECK (state IN ('Active', 'Removing', 'Removed')),
  active_deploy  text,
  pending_deploy text,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (cluster, id)
);

CREATE TABLE scheduler.deploy (
  cluster        text NOT NULL,
  id             text NOT NULL,
  request_id     text NOT NULL,
  state          text NOT NULL CHECK (state IN ('Deploying', 'Retiring', 'Active', 'Superseded', 'Succeeded', 'Failed', 'Cancelled')),
  spec           jsonb NOT NULL,
  commit_sha     text,
  route          text,
  created_at     timestamptz NOT NULL,
  ended_at       timestamptz,
  crashes        int NOT NULL,
  infra_failures int NOT NULL,
  failure_class  text CHECK (failure_class IN ('App', 'Health', 'Config', 'Infra', 'Security')),
  reason         text,
  PRIMARY KEY (cluster, id),
  FOREIGN KEY (cluster, request_id) REFERENCES scheduler.request (cluster, id)
);
CREATE INDEX deploy_request ON scheduler.deploy (cluster, request_id, created_at DESC);
CREATE INDEX deploy_commit ON scheduler.deploy (commit_sha) WHERE commit_sha IS NOT NULL;
CREATE INDEX deploy_newest ON scheduler.deploy (created_at DESC, id DESC);
CREATE INDEX deploy_live ON scheduler.deploy (cluster) WHERE state IN ('Deploying', 'Retiring', 'Active');

CREATE TABLE scheduler.agent (
  cluster    text NOT NULL,
  id         text NOT NULL,
  host       text NOT NULL,
  address    text NOT NULL,
  url        text NOT NULL,
  rack       text NOT NULL,
  attributes jsonb NOT NULL,
  state      text NOT NULL CHECK (state IN ('Active', 'Lost')),
  cpus       numeric NOT NULL,
  memory_mb  numeric NOT NULL,
  disk_mb    numeric NOT NULL,
  seen_at    timestamptz NOT NULL,
  PRIMARY KEY (cluster, id)
);

-- agent_id has no foreign key: an update may name an agent that never offered anything to us.
CREATE TABLE scheduler.task (
  id            text PRIMARY KEY,
  cluster       text NOT NULL,
  request_id    text NOT NULL,
  deploy_id     text NOT NULL,
  instance      int NOT NULL,
  attempt       int NOT NULL,
  phase         text NOT NULL CHECK (phase IN ('Pending', 'Launching', 'Starting', 'Running', 'Killing', 'Unreachable',
                                               'Finished', 'Failed', 'Killed', 'Lost')),
  agent_id      text,
  host          text,
  address       text,
  rack          text,
  offer_ids     text[] NOT NULL,
  ports         int[] NOT NULL,
  cpus          numeric NOT NULL,
  memory_mb     numeric NOT NULL,
  disk_mb       numeric NOT NULL,
  created_at    timestamptz NOT NULL,
  not_before    timestamptz,
  launched_at   timestamptz,
  running_at    timestamptz,
  healthy_at    timestamptz,
  ended_at      timestamptz,
  kill_cause    text CHECK (kill_cause IN ('Retired', 'Cancelled', 'Operator', 'Unready', 'Overtime')),
  kill_reason   text,
  outcome       text CHECK (outcome IN ('Succeeded', 'Failed', 'Cancelled')),
  failure_class text CHECK (failure_class IN ('App', 'Health', 'Config', 'Infra', 'Security')),
  exit_code     int,
  reason        text,
  why_pending   text,
  commit_sha    text,
  subject       jsonb NOT NULL,
  runner_nonce  text,
  FOREIGN KEY (cluster, deploy_id) REFERENCES scheduler.deploy (cluster, id)
);
CREATE INDEX task_deploy ON scheduler.task (cluster, deploy_id, instance, attempt);
CREATE INDEX task_request ON scheduler.task (cluster, request_id, created_at DESC);
CREATE INDEX task_commit ON scheduler.task (commit_sha) WHERE commit_sha IS NOT NULL;
CREATE INDEX task_newest ON scheduler.task (created_at DESC, id DESC);
CREATE INDEX task_agent ON scheduler.task (cluster, agent_id) WHERE ended_at IS NULL;
CREATE INDEX task_live ON scheduler.task (cluster, phase) WHERE ended_at IS NULL;

CREATE TABLE scheduler.task_status (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task_id text NOT NULL REFERENCES scheduler.task (id),
  at      timestamptz NOT NULL,
  state   text NOT NULL CHECK (state IN ('Staging', 'Starting', 'Running', 'Killing', 'Finished', 'Failed', 'Killed', 'Error', 'Lost',
                                         'Dropped', 'Unreachable', 'Gone', 'GoneByOperator', 'Unknown')),
  source  text,
  reason  text,
  message text,
  healthy boolean,
  uuid    bytea,
  UNIQUE (task_id, uuid)
);
CREATE INDEX task_status_task ON scheduler.task_status (task_id, id);

CREATE TABLE scheduler.probe (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task_id     text NOT NULL REFERENCES scheduler.task (id),
  at          timestamptz NOT NULL,
  duration_ms double precision NOT NULL,
  passed      boolean NOT NULL,
  status      int,
  detail      text
);
CREATE INDEX probe_task ON scheduler.probe (task_id, id);
