-- Letters by e-mail: who wants which, in which language, and what is still to be sent.

-- The language that the person chose; nothing until then.
ALTER TABLE users ADD COLUMN language TEXT;
-- Whether they want a letter when work that took long has ended.
ALTER TABLE users ADD COLUMN mail_ended INTEGER NOT NULL DEFAULT 0;
-- When they showed that the address of the account is theirs, by the link in a letter to it; nothing until then.
ALTER TABLE users ADD COLUMN mail_confirmed_at INTEGER;
-- When such a letter was last ordered, and how many since the address was last shown to be theirs.
ALTER TABLE users ADD COLUMN mail_asked_at INTEGER;
ALTER TABLE users ADD COLUMN mail_asks INTEGER NOT NULL DEFAULT 0;

-- A letter that is being gathered or sent. Its job has the same id; a letter that was sent is a deleted row.
CREATE TABLE letters (
  id         BLOB PRIMARY KEY NOT NULL,
  user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- From then on nothing is added: whatever comes later goes into the next letter.
  sealed_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX letters_open ON letters (user_id, kind) WHERE sealed_at IS NULL;

-- What a letter tells of.
CREATE TABLE letter_items (
  letter_id     BLOB NOT NULL REFERENCES letters (id) ON DELETE CASCADE,
  generation_id BLOB NOT NULL,
  PRIMARY KEY (letter_id, generation_id)
) STRICT;
