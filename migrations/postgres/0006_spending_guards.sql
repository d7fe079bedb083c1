-- Limits that a person sets on their own spending: one row for each person who ever set one. Nothing is no limit.
CREATE TABLE spending_guards (
  user_id       UUID PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- Credits for all takes of one price together.
  most_per_job  BIGINT CHECK (most_per_job > 0),
  -- Credits on hold or charged for what was created on one day of UTC.
  most_per_day  BIGINT CHECK (most_per_day > 0),
  -- A price above this is asked about once more.
  confirm_above BIGINT CHECK (confirm_above > 0),
  changed_at    BIGINT NOT NULL,
  -- The price that the person was asked about last and has not agreed to yet, and when.
  warned_quote  UUID,
  warned_at     BIGINT
);
-- What a person created on a day, deleted videos too.
CREATE INDEX generations_by_day ON generations (user_id, created_at);
