-- What operators decided about hosts and racks. By host, not by agent id: an agent that registers anew is still not used.
CREATE TABLE scheduler.machine (
  cluster text NOT NULL,
  kind    text NOT NULL CHECK (kind IN ('Agent', 'Rack')),
  name    text NOT NULL,
  state   text NOT NULL CHECK (state IN ('Active', 'Frozen', 'Draining', 'Decommissioned')),
  payload jsonb NOT NULL,
  PRIMARY KEY (cluster, kind, name)
);

-- What holds for every placement in a cluster, over what requests say.
CREATE TABLE scheduler.forced_placement (
  cluster text PRIMARY KEY,
  payload jsonb NOT NULL
);

-- Why tasks of a kind, or agents that are being emptied, must wait. One row for all tasks of a kind, gone when none waits.
CREATE TABLE scheduler.why (
  cluster  text NOT NULL,
  key      text NOT NULL,
  summary  text NOT NULL,
  blockers jsonb NOT NULL,
  at       timestamptz NOT NULL,
  PRIMARY KEY (cluster, key)
);

ALTER TABLE scheduler.agent DROP CONSTRAINT agent_state_check;
UPDATE scheduler.agent SET state = 'Dead' WHERE state = 'Lost';
ALTER TABLE scheduler.agent ADD CONSTRAINT agent_state_check CHECK (state IN ('Active', 'Missing', 'Dead'));

ALTER TABLE scheduler.task
  ADD COLUMN shape text,
  DROP CONSTRAINT task_kill_cause_check,
  ADD CONSTRAINT task_kill_cause_check CHECK (kill_cause IN ('Retired', 'Cancelled', 'Operator', 'Unready', 'Overtime', 'NotStarted',
                                                             'Priority', 'Machine'));
