-- The words of prompts again, with each two that stand side by side as one entry more: a phrase of frequent words is found
-- as quickly as a rare word. Made anew, because taking each word out of the old index takes longer than filling a new one.
DROP TABLE prompt_words;
DROP TABLE prompt_index;
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
BEGIN
  INSERT INTO prompt_index (rowid, words) VALUES (new.row, new.words);
  UPDATE generations SET search_row = new.row WHERE id = new.generation_id;
END;
CREATE TRIGGER prompt_words_removed AFTER DELETE ON prompt_words
BEGIN
  INSERT INTO prompt_index (prompt_index, rowid, words) VALUES ('delete', old.row, old.words);
  -- A number that is free again is given to another video.
  UPDATE generations SET search_row = NULL WHERE id = old.generation_id;
END;
UPDATE generations SET searchable = FALSE, search_row = NULL WHERE searchable AND deleted_at IS NULL;
