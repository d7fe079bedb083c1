-- What the words of prompts find. `words` holds each word once, folded, after a mark of its person: the index keeps the
-- words of each person together, so that a search looks at nobody else's.
CREATE TABLE prompt_words (
  row           INTEGER PRIMARY KEY NOT NULL,
  generation_id BLOB NOT NULL UNIQUE,
  words         TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE prompt_index USING fts5 (
  words, content = 'prompt_words', content_rowid = 'row', tokenize = 'ascii', detail = none, columnsize = 0
);
-- A word that goes is overwritten at once; without this it would stay in older parts of the index until they are merged.
INSERT INTO prompt_index (prompt_index, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER prompt_words_added AFTER INSERT ON prompt_words
BEGIN INSERT INTO prompt_index (rowid, words) VALUES (new.row, new.words); END;
CREATE TRIGGER prompt_words_removed AFTER DELETE ON prompt_words
BEGIN INSERT INTO prompt_index (prompt_index, rowid, words) VALUES ('delete', old.row, old.words); END;

-- Whether `prompt_search` is folded as the program folds it, and the words are in. What is not is done at the next start.
ALTER TABLE generations ADD COLUMN searchable INTEGER NOT NULL DEFAULT 0;
CREATE INDEX generations_to_fold ON generations (id) WHERE NOT searchable AND deleted_at IS NULL;
