-- The newest reconciliation of a cluster, and how long the last runs of a request took: what an overdue one is judged by.
ALTER TABLE scheduler.framework ADD COLUMN reconciliation jsonb;
ALTER TABLE scheduler.request ADD COLUMN run_times jsonb NOT NULL DEFAULT '[]';
