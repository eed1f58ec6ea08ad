-- History in partitions by week: made ahead by the leader, dropped whole when they are old. Rows that fit none (an agent's clock is
-- wrong) go to the default partition. The sequences give the order of arrival over all partitions.
ALTER TABLE scheduler.task_status RENAME TO task_status_before;
ALTER TABLE scheduler.task_status_before RENAME CONSTRAINT task_status_state_check TO task_status_before_state_check;
ALTER TABLE scheduler.probe RENAME TO probe_before;
CREATE SEQUENCE scheduler.history_id;

CREATE TABLE scheduler.task_status (
  id      bigint NOT NULL DEFAULT nextval('scheduler.history_id'),
  task_id text NOT NULL,
  at      timestamptz NOT NULL,
  state   text NOT NULL CHECK (state IN ('Staging', 'Starting', 'Running', 'Killing', 'Finished', 'Failed', 'Killed', 'Error', 'Lost',
                                         'Dropped', 'Unreachable', 'Gone', 'GoneByOperator', 'Unknown')),
  source  text,
  reason  text,
  message text,
  healthy boolean,
  uuid    bytea
) PARTITION BY RANGE (at);
-- An update that comes again has the time of the first: the key of the partitions does not weaken it.
CREATE UNIQUE INDEX task_status_once ON scheduler.task_status (task_id, uuid, at);
CREATE TABLE scheduler.task_status_other PARTITION OF scheduler.task_status DEFAULT;

CREATE TABLE scheduler.probe (
  id          bigint NOT NULL DEFAULT nextval('scheduler.history_id'),
  task_id     text NOT NULL,
  at          timestamptz NOT NULL,
  duration_ms double precision NOT NULL,
  passed      boolean NOT NULL,
  status      int,
  detail      text
) PARTITION BY RANGE (at);
CREATE INDEX probe_of_task ON scheduler.probe (task_id, id);
CREATE TABLE scheduler.probe_other PARTITION OF scheduler.probe DEFAULT;

-- Partitions of the weeks from one time to another, those that are missing. Attaching locks nobody out who reads or writes.
CREATE FUNCTION scheduler.make_history(parent text, first timestamptz, last timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  week timestamptz := date_trunc('week', first, 'UTC');
  part text;
  made int := 0;
BEGIN
  WHILE week <= last LOOP
    part := parent || '_' || to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD');
    IF to_regclass('scheduler.' || part) IS NULL THEN
      EXECUTE format('CREATE TABLE scheduler.%I (LIKE scheduler.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
      EXECUTE format('WITH moved AS (DELETE FROM scheduler.%I WHERE at >= %L AND at < %L RETURNING *) INSERT INTO scheduler.%I SELECT * FROM moved',
                     parent || '_other', week, week + interval '168 hours', part);
      EXECUTE format('ALTER TABLE scheduler.%I ATTACH PARTITION scheduler.%I FOR VALUES FROM (%L) TO (%L)',
                     parent, part, week, week + interval '168 hours');
      made := made + 1;
    END IF;
    week := week + interval '168 hours';
  END LOOP;
  RETURN made;
END $$;

-- Drops the partitions that end before a time.
CREATE FUNCTION scheduler.drop_history(parent text, before timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  part text;
  dropped int := 0;
BEGIN
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = ('scheduler.' || parent)::regclass AND c.relname ~ '_[0-9]{8}$'
       AND to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' + interval '168 hours' <= before
     ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE scheduler.%I', part);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

SELECT scheduler.make_history('task_status', coalesce((SELECT min(at) FROM scheduler.task_status_before), now()), now() + interval '14 days');
SELECT scheduler.make_history('probe', coalesce((SELECT min(at) FROM scheduler.probe_before), now()), now() + interval '14 days');
INSERT INTO scheduler.task_status (task_id, at, state, source, reason, message, healthy, uuid)
SELECT task_id, at, state, source, reason, message, healthy, uuid FROM scheduler.task_status_before ORDER BY id;
INSERT INTO scheduler.probe (task_id, at, duration_ms, passed, status, detail)
SELECT task_id, at, duration_ms, passed, status, detail FROM scheduler.probe_before ORDER BY id;
DROP TABLE scheduler.task_status_before;
DROP TABLE scheduler.probe_before;

-- What the purge of tasks asks for.
CREATE INDEX task_ended ON scheduler.task (cluster, ended_at) WHERE ended_at IS NOT NULL;

-- A task's row changes often in its life. With no index on what changes (a condition of an index counts too), and room on its page, an
-- update touches one page instead of every index.
DROP INDEX scheduler.task_live;
CREATE INDEX task_open ON scheduler.task (cluster, created_at, id) WHERE ended_at IS NULL;
ALTER TABLE scheduler.task SET (fillfactor = 70);
