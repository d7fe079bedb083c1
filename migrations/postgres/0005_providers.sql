-- Who refused a generation before taking it, names with commas between: the next one that offers the model is asked.
ALTER TABLE generations ADD COLUMN refused_by TEXT NOT NULL DEFAULT '';

-- How orders at providers ended, so that every process knows how each of them has been doing.
CREATE TABLE provider_ends (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider TEXT NOT NULL,
  at       BIGINT NOT NULL,
  -- What went wrong, for the operator; nothing when it worked.
  wrong    TEXT
);
CREATE INDEX provider_ends_by_provider ON provider_ends (provider, id);
CREATE INDEX provider_ends_by_time ON provider_ends (at);

-- Reference pictures that people gave: cleaned, stored like videos under their own id.
CREATE TABLE pictures (
  id         UUID PRIMARY KEY,
  user_id    UUID NOT NULL,
  width      BIGINT NOT NULL,
  height     BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  -- When a video was first asked for with it; what is never used goes after a day.
  used_at    BIGINT
);
CREATE INDEX pictures_by_user ON pictures (user_id, created_at);
CREATE INDEX pictures_unused ON pictures (created_at) WHERE used_at IS NULL;
ALTER TABLE generations ADD COLUMN picture_id UUID;
CREATE INDEX generations_by_picture ON generations (picture_id) WHERE picture_id IS NOT NULL AND deleted_at IS NULL;
