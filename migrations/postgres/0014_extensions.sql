-- A video that goes on from another one: how many of its seconds are its own, which is what it costs.
ALTER TABLE generations ADD COLUMN added_seconds BIGINT;
