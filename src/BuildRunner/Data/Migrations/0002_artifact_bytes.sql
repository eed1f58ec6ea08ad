-- Bytes of artifacts that the task of a module has sent, and those that all its tasks have: what is kept counts against the repository.
ALTER TABLE build.module_build
  ADD COLUMN artifact_bytes bigint NOT NULL DEFAULT 0 CHECK (artifact_bytes >= 0),
  ADD COLUMN stored_bytes bigint NOT NULL DEFAULT 0 CHECK (stored_bytes >= 0);
