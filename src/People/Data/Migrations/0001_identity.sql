CREATE SCHEMA identity;

CREATE TABLE identity.token (
  id          uuid PRIMARY KEY,
  login       text NOT NULL CHECK (login ~ '^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$'),
  kind        text NOT NULL CHECK (kind IN ('person', 'token')),
  hash        bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  permissions text[] NOT NULL,
  groups      text[] NOT NULL,
  emails      text[] NOT NULL,
  created_at  timestamptz NOT NULL,
  created_by  text NOT NULL,
  expires_at  timestamptz,
  revoked_at  timestamptz
);

CREATE INDEX token_login ON identity.token (login);

-- Cookie and antiforgery keys: in the database, so that a restart signs nobody out and a second server reads the same cookies.
CREATE TABLE identity.data_protection_key (
  id   text PRIMARY KEY,
  xml  text NOT NULL
);
