-- Where the index of words has a video, in the index of the library's views too: what a search finds is then looked for in a
-- view without reading anything else. `prompt_words` keeps it.
ALTER TABLE generations ADD COLUMN search_row INTEGER;
UPDATE generations SET search_row = (SELECT row FROM prompt_words WHERE generation_id = generations.id);
CREATE TRIGGER prompt_words_found AFTER INSERT ON prompt_words
BEGIN UPDATE generations SET search_row = new.row WHERE id = new.generation_id; END;
-- A number that is free again is given to another video.
CREATE TRIGGER prompt_words_lost AFTER DELETE ON prompt_words
BEGIN UPDATE generations SET search_row = NULL WHERE id = old.generation_id; END;
DROP INDEX generations_view;
CREATE INDEX generations_view ON generations
  (user_id, id, state, model, width, height, seconds, finished_at, favourite, title_sort, deleted_at, trashed_at, search_row)
  WHERE deleted_at IS NULL AND trashed_at IS NULL;
