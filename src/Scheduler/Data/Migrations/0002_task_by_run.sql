-- Pages find the last attempt of a run by its id alone: the build knows the run, not the cluster.
CREATE INDEX task_run ON scheduler.task (deploy_id, attempt DESC);
