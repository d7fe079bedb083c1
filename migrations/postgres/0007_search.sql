-- What the words of prompts find. `words` holds each word once, folded, after a mark of its person: the index keeps the
-- words of each person together, so that a search looks at nobody else's. A table of its own, because a generation changes
-- its state five times, and each change would write its words into the index again.
CREATE TABLE prompt_words (
  row           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  generation_id UUID NOT NULL UNIQUE,
  words         TSVECTOR NOT NULL
);
CREATE INDEX prompt_index ON prompt_words USING GIN (words);

-- Whether `prompt_search` is folded as the program folds it, and the words are in. What is not is done at the next start.
ALTER TABLE generations ADD COLUMN searchable BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX generations_to_fold ON generations (id) WHERE NOT searchable AND deleted_at IS NULL;
