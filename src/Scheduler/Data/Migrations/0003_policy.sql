-- Kinds that run by schedule or on demand, and what people do to a request over its deploys.
ALTER TABLE scheduler.request
  DROP CONSTRAINT request_kind_check,
  ADD CONSTRAINT request_kind_check CHECK (kind IN ('Service', 'Worker', 'RunOnce', 'Cron', 'OnDemand')),
  DROP CONSTRAINT request_state_check,
  ADD CONSTRAINT request_state_check CHECK (state IN ('Active', 'Finished', 'Removing', 'Removed')),
  ADD COLUMN overrides jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN next_fire timestamptz,
  ADD COLUMN failures  jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN loops     jsonb NOT NULL DEFAULT '[]';

ALTER TABLE scheduler.deploy
  ADD COLUMN parent   text,
  ADD COLUMN progress jsonb,
  ADD COLUMN failure  text CHECK (failure IN ('TaskFailedOnStartup', 'FailedHealthChecks', 'CouldNotBeScheduled', 'NeverEnteredRunning',
                                              'ExpectedRunningFinished', 'Cancelled', 'Overdue', 'RequestRemoved', 'RequestPaused',
                                              'Superseded', 'CheckRejected', 'ConfigInvalid', 'Security'));
CREATE INDEX deploy_parent ON scheduler.deploy (cluster, parent, created_at DESC) WHERE parent IS NOT NULL;

ALTER TABLE scheduler.task
  ADD COLUMN leaving     jsonb,
  ADD COLUMN skip_health boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT task_kill_cause_check,
  ADD CONSTRAINT task_kill_cause_check CHECK (kill_cause IN ('Retired', 'Cancelled', 'Operator', 'Unready', 'Overtime', 'NotStarted',
                                                                         'Priority'));

-- A launch freeze of a whole cluster: nothing below the level starts.
CREATE TABLE scheduler.freeze (
  cluster text PRIMARY KEY,
  payload jsonb NOT NULL
);

-- The asker of a command waits for its outcome, which is written in the commit of its effects.
ALTER TABLE scheduler.intake ADD COLUMN wants_answer boolean NOT NULL DEFAULT false;
CREATE TABLE scheduler.command_result (
  id      bigint PRIMARY KEY,
  cluster text NOT NULL,
  at      timestamptz NOT NULL,
  code    text,
  status  int NOT NULL,
  detail  text
);
CREATE INDEX command_result_at ON scheduler.command_result (at);
