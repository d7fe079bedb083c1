-- Letters by e-mail: who wants which, in which language, and what is still to be sent.

-- The language that the person chose; nothing until then.
ALTER TABLE users ADD COLUMN language TEXT;
-- Whether they want a letter when work that took long has ended.
ALTER TABLE users ADD COLUMN mail_ended BOOLEAN NOT NULL DEFAULT FALSE;
-- When they showed that the address of the account is theirs, by the link in a letter to it; nothing until then.
ALTER TABLE users ADD COLUMN mail_confirmed_at BIGINT;
-- When such a letter was last ordered, and how many since the address was last shown to be theirs.
ALTER TABLE users ADD COLUMN mail_asked_at BIGINT;
ALTER TABLE users ADD COLUMN mail_asks BIGINT NOT NULL DEFAULT 0;

-- A letter that is being gathered or sent. Its job has the same id; a letter that was sent is a deleted row.
CREATE TABLE letters (
  id         UUID PRIMARY KEY NOT NULL,
  user_id    UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  -- From then on nothing is added: whatever comes later goes into the next letter.
  sealed_at  BIGINT
);
CREATE UNIQUE INDEX letters_open ON letters (user_id, kind) WHERE sealed_at IS NULL;

-- What a letter tells of.
CREATE TABLE letter_items (
  letter_id     UUID NOT NULL REFERENCES letters (id) ON DELETE CASCADE,
  generation_id UUID NOT NULL,
  PRIMARY KEY (letter_id, generation_id)
);
