-- What the scheduler cannot digest: set aside with the reason, so that everything else goes on. One open entry an object.
CREATE TABLE scheduler.quarantine (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cluster     text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('Command', 'Request', 'Task', 'Agent', 'Event')),
  subject_id  text NOT NULL,
  at          timestamptz NOT NULL,
  times       int NOT NULL DEFAULT 1,
  reason      text NOT NULL,
  payload     text,
  released_at timestamptz,
  released_by text
);
CREATE UNIQUE INDEX quarantine_open ON scheduler.quarantine (cluster, kind, subject_id) WHERE released_at IS NULL AND kind <> 'Command';
CREATE INDEX quarantine_newest ON scheduler.quarantine (cluster, id DESC);
