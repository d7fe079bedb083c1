-- The words of prompts again, with each two that stand side by side as one entry more: a phrase of frequent words is found
-- as quickly as a rare word. In parts by person: the rows of a large library lie close to each other, and not between those
-- of everybody else, which the index would otherwise have to read from all over the table.
DROP TABLE prompt_words;
CREATE TABLE prompt_words (
  generation_id UUID NOT NULL,
  user_id       UUID NOT NULL,
  words         TSVECTOR NOT NULL,
  -- In this order: with the person first, a search would go through all that is theirs instead of asking for the words.
  PRIMARY KEY (generation_id, user_id)
) PARTITION BY HASH (user_id);
DO $$
BEGIN
  FOR part IN 0..15 LOOP
    EXECUTE format('CREATE TABLE prompt_words_%s PARTITION OF prompt_words FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
  END LOOP;
END $$;
CREATE INDEX prompt_index ON prompt_words USING GIN (words);
UPDATE generations SET searchable = FALSE WHERE searchable AND deleted_at IS NULL;
