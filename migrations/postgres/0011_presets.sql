-- Pieces of prompts that people keep: a camera move, a look, a mood, or what they like.
CREATE TABLE presets (
  id          UUID PRIMARY KEY NOT NULL,
  user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name        TEXT NOT NULL,
  -- The name without case, accents and punctuation: one person has it once.
  name_key    TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('camera', 'look', 'mood', 'other')),
  text        TEXT NOT NULL,
  -- What the link to it ends with, while it is shared.
  share_token TEXT UNIQUE,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  UNIQUE (user_id, name_key)
);
