-- When the promotion statement of a deploy was signed, and for which user of the agent. Null: before statements named what may run; what
-- runs goes on, and gets a fresh statement before anything of it is launched again.
ALTER TABLE stages.deploy ADD COLUMN signed_at timestamptz;
ALTER TABLE stages.deploy ADD COLUMN signed_user text;
