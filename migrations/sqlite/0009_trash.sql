-- Videos in the trash, and what bulk downloads need.

-- When the person moved it to the trash; 30 days later it is gone for good. Deleted ones keep the time.
ALTER TABLE generations ADD COLUMN trashed_at INTEGER;
-- The CRC-32 of the video, for archives. Worked out while it is stored; for older ones when an archive needs it first.
ALTER TABLE generations ADD COLUMN media_crc32 INTEGER;

-- The library's ways to its pages leave out what lies in the trash.
DROP INDEX generations_view;
DROP INDEX generations_by_model;
DROP INDEX generations_not_made;
CREATE INDEX generations_view ON generations
  (user_id, id, state, model, width, height, seconds, finished_at, favourite, title_sort, deleted_at, trashed_at)
  WHERE deleted_at IS NULL AND trashed_at IS NULL;
CREATE INDEX generations_by_model ON generations (user_id, model, model_label) WHERE deleted_at IS NULL AND trashed_at IS NULL;
CREATE INDEX generations_not_made ON generations (user_id, id)
  WHERE state IN ('failed', 'blocked', 'cancelled') AND deleted_at IS NULL AND trashed_at IS NULL;
-- The trash of a person, with the sizes that its sum needs; and everybody's by the time they fall due.
CREATE INDEX generations_trash ON generations (user_id, trashed_at, id, media_bytes)
  WHERE trashed_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX generations_trash_due ON generations (trashed_at) WHERE trashed_at IS NOT NULL AND deleted_at IS NULL;

-- What a person chose to download, so that the address of the archive stays short and can be gone on with for a day.
CREATE TABLE downloads (
  id         BLOB PRIMARY KEY NOT NULL,
  user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The ids, 16 bytes each.
  videos     BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX downloads_by_user ON downloads (user_id, id);
CREATE INDEX downloads_by_expiry ON downloads (expires_at);
