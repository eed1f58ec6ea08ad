CREATE SCHEMA artifact;

-- What a build made. The bytes are files named by their digest; this says where they came from.
CREATE TABLE artifact.artifact (
  build_id    uuid NOT NULL,
  module      text NOT NULL,
  name        text NOT NULL,
  digest      text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  bytes       bigint NOT NULL CHECK (bytes >= 0),
  media_type  text NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (build_id, module, name)
);
CREATE INDEX artifact_digest ON artifact.artifact (digest, recorded_at);

CREATE TABLE artifact.release_number (
  repository_id uuid PRIMARY KEY,
  last          int NOT NULL
);

-- document is the canonical JSON whose SHA-256 is the name; nothing but the hold ever changes.
CREATE TABLE artifact.release (
  digest        text PRIMARY KEY CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  repository_id uuid NOT NULL,
  commit_sha    text NOT NULL CHECK (commit_sha ~ '^[0-9a-f]{40}$'),
  build_id      uuid NOT NULL,
  number        int NOT NULL CHECK (number > 0),
  created_at    timestamptz NOT NULL,
  held_reason   text,
  document      text NOT NULL,
  UNIQUE (repository_id, number)
);
CREATE INDEX release_commit ON artifact.release (commit_sha);
CREATE INDEX release_newest ON artifact.release (created_at DESC, build_id DESC);
CREATE INDEX release_repository ON artifact.release (repository_id, created_at DESC, build_id DESC);

-- A second build with the same outcome offers the same release.
CREATE TABLE artifact.release_build (
  build_id uuid PRIMARY KEY,
  release  text NOT NULL REFERENCES artifact.release (digest)
);
CREATE INDEX release_build_release ON artifact.release_build (release);

CREATE TABLE artifact.attestation (
  digest         text PRIMARY KEY CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  predicate_type text NOT NULL,
  key_id         text NOT NULL,
  created_at     timestamptz NOT NULL,
  envelope       text NOT NULL
);

-- Referrers: which statements are about a digest (an artifact or a release).
CREATE TABLE artifact.attestation_subject (
  subject     text NOT NULL CHECK (subject ~ '^sha256:[0-9a-f]{64}$'),
  attestation text NOT NULL REFERENCES artifact.attestation (digest),
  PRIMARY KEY (subject, attestation)
);
CREATE INDEX attestation_subject_attestation ON artifact.attestation_subject (attestation);

-- Every published trust policy: the version never goes back, even when the file is lost.
CREATE TABLE artifact.trust (
  version      bigint PRIMARY KEY,
  published_at timestamptz NOT NULL,
  document     text NOT NULL
);
