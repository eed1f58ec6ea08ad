-- The assigned ports that a task's own program listens on, as its runner says. Null: no runner has come yet, or one that does not say.
ALTER TABLE scheduler.task ADD COLUMN runner_ports int[];
