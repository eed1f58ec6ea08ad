-- Whose logs are read: the attempt that builds the module has a folder of its own. NULL: logs from before there were such folders.
ALTER TABLE build.module_build ADD COLUMN log_attempt int CHECK (log_attempt >= 0);
