-- A video's words are found by its id alone. As a primary key the index held the person too, and a search went through all of
-- theirs in it, to narrow down what the index of words had found already.
ALTER TABLE prompt_words DROP CONSTRAINT prompt_words_pkey;
CREATE INDEX prompt_words_video ON prompt_words (generation_id);
