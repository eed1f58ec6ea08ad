CREATE SCHEMA git;

-- Keyed by forge, its base URL and its numeric id: names are labels that may change hands.
CREATE TABLE git.repository (
  id             uuid PRIMARY KEY,
  forge          text NOT NULL CHECK (forge = 'github'),
  base_url       text NOT NULL,
  forge_id       bigint NOT NULL,
  owner          text NOT NULL,
  name           text NOT NULL,
  clone_url      text NOT NULL,
  web_url        text,
  default_branch text NOT NULL,
  pinned         boolean NOT NULL,
  added_at       timestamptz NOT NULL,
  added_by       text NOT NULL,
  UNIQUE (forge, base_url, forge_id)
);
CREATE INDEX repository_name ON git.repository (lower(owner), lower(name));
CREATE INDEX repository_time ON git.repository (added_at, id);

CREATE TABLE git.delivery (
  id            uuid PRIMARY KEY,
  forge         text NOT NULL,
  external_id   text NOT NULL,
  event         text NOT NULL,
  received_at   timestamptz NOT NULL,
  headers       jsonb NOT NULL,
  body          bytea NOT NULL,
  state         text NOT NULL CHECK (state IN ('received', 'processed', 'ignored', 'rejected')),
  outcome       text,
  repository_id uuid REFERENCES git.repository (id),
  ref           text,
  processed_at  timestamptz,
  UNIQUE (forge, external_id)
);
CREATE INDEX delivery_time ON git.delivery (received_at, id);
CREATE INDEX delivery_repository ON git.delivery (repository_id, received_at, id) WHERE repository_id IS NOT NULL;

CREATE TABLE git.commit (
  id            uuid NOT NULL UNIQUE,
  repository_id uuid NOT NULL REFERENCES git.repository (id),
  sha           text NOT NULL CHECK (sha ~ '^[0-9a-f]{40}$'),
  subject       text NOT NULL,
  message       text NOT NULL,
  author_name   text NOT NULL,
  author_email  text NOT NULL,
  authored_at   timestamptz NOT NULL,
  committed_at  timestamptz NOT NULL,
  parents       text[] NOT NULL,
  pusher        text,
  seen_at       timestamptz NOT NULL,
  PRIMARY KEY (repository_id, sha)
);
CREATE INDEX commit_time ON git.commit (repository_id, committed_at, id);
CREATE INDEX commit_sha ON git.commit (sha text_pattern_ops);

CREATE TABLE git.branch (
  repository_id    uuid NOT NULL REFERENCES git.repository (id),
  name             text NOT NULL,
  head_sha         text CHECK (head_sha ~ '^[0-9a-f]{40}$'),
  head_received_at timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  deleted_at       timestamptz,
  PRIMARY KEY (repository_id, name),
  CHECK ((head_sha IS NULL) = (deleted_at IS NOT NULL))
);

CREATE TABLE git.commit_branch (
  repository_id uuid NOT NULL,
  branch        text NOT NULL,
  sha           text NOT NULL,
  committed_at  timestamptz NOT NULL,
  commit_id     uuid NOT NULL,
  PRIMARY KEY (repository_id, branch, sha),
  FOREIGN KEY (repository_id, sha) REFERENCES git.commit (repository_id, sha)
);
CREATE INDEX commit_branch_commit ON git.commit_branch (repository_id, sha);
CREATE INDEX commit_branch_time ON git.commit_branch (repository_id, branch, committed_at, commit_id);

-- One row for a branch and a commit pushed to it, however many deliveries told of it.
CREATE TABLE git.push (
  repository_id uuid NOT NULL REFERENCES git.repository (id),
  ref           text NOT NULL,
  after_sha     text NOT NULL,
  before_sha    text,
  forced        boolean NOT NULL,
  pusher        text NOT NULL,
  delivery_id   uuid NOT NULL REFERENCES git.delivery (id),
  received_at   timestamptz NOT NULL,
  PRIMARY KEY (repository_id, ref, after_sha)
);
CREATE INDEX push_delivery ON git.push (delivery_id);

-- What the forge should show for a commit. The newest report of a context wins; version tells them apart.
CREATE TABLE git.status (
  id            uuid PRIMARY KEY,
  repository_id uuid NOT NULL REFERENCES git.repository (id),
  sha           text NOT NULL,
  context       text NOT NULL,
  state         text NOT NULL CHECK (state IN ('pending', 'success', 'failure', 'error')),
  description   text NOT NULL CHECK (length(description) <= 140),
  target_url    text NOT NULL,
  version       int NOT NULL,
  result        text NOT NULL CHECK (result IN ('waiting', 'sent', 'skipped', 'failed')),
  reason        text,
  attempts      int NOT NULL,
  next_wake     timestamptz,
  reported_at   timestamptz NOT NULL,
  UNIQUE (repository_id, sha, context),
  CHECK ((result = 'waiting') = (next_wake IS NOT NULL))
);
CREATE INDEX status_wake ON git.status (next_wake) WHERE next_wake IS NOT NULL;
