-- What a person makes of their library: titles, notes, favourites, collections, tags, and views of it in any order.
ALTER TABLE generations ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE generations ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE generations ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0;
-- The folded title, or prompt where there is none, to sort by.
ALTER TABLE generations ADD COLUMN title_sort TEXT NOT NULL DEFAULT '';
UPDATE generations SET title_sort = SUBSTR(prompt_search, 2, 60) WHERE deleted_at IS NULL;

-- Holds all that filters and sorts of the library look at: a page of any of them is found in the index alone.
CREATE INDEX generations_view ON generations
  (user_id, id, state, model, width, height, seconds, finished_at, favourite, title_sort, deleted_at)
  WHERE deleted_at IS NULL;
-- Which models a person has used.
CREATE INDEX generations_by_model ON generations (user_id, model, model_label) WHERE deleted_at IS NULL;
-- The view serves what these did.
DROP INDEX generations_library;
DROP INDEX generations_ready;

CREATE TABLE collections (
  id         BLOB PRIMARY KEY NOT NULL,
  user_id    BLOB NOT NULL,
  name       TEXT NOT NULL,
  -- The name as it is compared: two collections of a person do not differ by case alone.
  name_key   TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, name_key)
) STRICT;

CREATE TABLE collection_items (
  collection_id BLOB NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  generation_id BLOB NOT NULL,
  PRIMARY KEY (collection_id, generation_id)
) STRICT;
CREATE INDEX collection_items_by_generation ON collection_items (generation_id);

CREATE TABLE generation_tags (
  user_id       BLOB NOT NULL,
  tag           TEXT NOT NULL,
  generation_id BLOB NOT NULL,
  PRIMARY KEY (user_id, tag, generation_id)
) STRICT;
CREATE INDEX generation_tags_by_generation ON generation_tags (generation_id);
