-- A video that goes on from another one: how many of its seconds are its own, which is what it costs.
ALTER TABLE generations ADD COLUMN added_seconds INTEGER;
-- Its provider still has it, to extend it by its own id; whoever deletes it for good asks there too.
ALTER TABLE generations ADD COLUMN kept_there INTEGER NOT NULL DEFAULT 0;

-- How long the file is, in milliseconds: models round, and what extends it is that much longer than it really is.
ALTER TABLE generations ADD COLUMN media_ms INTEGER;

-- How long work takes goes by the seconds that are made.
DROP INDEX generations_history;
CREATE INDEX generations_history ON generations (model, width, height, COALESCE(added_seconds, seconds), finished_at)
  WHERE state = 'succeeded';
