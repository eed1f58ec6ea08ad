-- A delivery that waits has a time at which a sweep looks at it again. Those that an older server forgot are processed now.
ALTER TABLE git.delivery ADD COLUMN next_wake timestamptz;
UPDATE git.delivery SET next_wake = now() WHERE state = 'received';
ALTER TABLE git.delivery ADD CHECK ((state = 'received') = (next_wake IS NOT NULL));
CREATE INDEX delivery_wake ON git.delivery (next_wake) WHERE next_wake IS NOT NULL;
