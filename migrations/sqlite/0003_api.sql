-- Keys of programs, what they spend, and which request made which video.

CREATE TABLE api_keys (
  id           BLOB PRIMARY KEY NOT NULL,
  user_id      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name         TEXT NOT NULL,
  -- SHA-256 of the key; the key itself is shown once and kept nowhere.
  hash         BLOB NOT NULL UNIQUE,
  -- Its beginning, to recognise it by.
  prefix       TEXT NOT NULL,
  -- Words with commas between.
  scopes       TEXT NOT NULL,
  -- Credits in a calendar month of UTC; nothing for no cap.
  monthly_cap  INTEGER CHECK (monthly_cap > 0),
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at   INTEGER
) STRICT;
CREATE INDEX api_keys_by_user ON api_keys (user_id, id);

-- Which key a generation was created with. What a key has spent in a month is the sum over these.
CREATE TABLE api_key_uses (
  generation_id BLOB PRIMARY KEY NOT NULL,
  key_id        BLOB NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
  created_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX api_key_uses_by_key ON api_key_uses (key_id, created_at);

-- A request that comes again within a day with the same key gets the same video.
CREATE TABLE idempotency_keys (
  user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key           TEXT NOT NULL,
  body_hash     BLOB NOT NULL,
  generation_id BLOB NOT NULL,
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (user_id, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- The own video that this one is another version of.
ALTER TABLE generations ADD COLUMN remixed_from BLOB;
