-- Where a video came from and how, and what a player should know of its file.

-- Beside `remixed_from`: 'remix', 'variation', 'frame', 'last_frame' or 'retry'. Older rows with an origin are remixes.
ALTER TABLE generations ADD COLUMN derived_by TEXT;
UPDATE generations SET derived_by = 'remix' WHERE remixed_from IS NOT NULL;
CREATE INDEX generations_derived ON generations (remixed_from, id) WHERE remixed_from IS NOT NULL;
-- Frames in 1,000 seconds, and whether there is sound; nothing where the file was looked at before this was noted.
ALTER TABLE generations ADD COLUMN media_rate INTEGER;
ALTER TABLE generations ADD COLUMN media_sound INTEGER;
