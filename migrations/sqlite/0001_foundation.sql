-- People, sessions, the ledger, generations with their events, and the durable queue.
-- Times are unix milliseconds, ids UUID version 7, credits whole numbers. Never edit a migration that has landed.

CREATE TABLE server_secrets (
  name  TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL
) STRICT;

CREATE TABLE users (
  id             BLOB PRIMARY KEY NOT NULL,
  email          TEXT NOT NULL UNIQUE,
  name           TEXT,
  password_hash  TEXT NOT NULL,
  admin          INTEGER NOT NULL DEFAULT 0,
  -- Only the outcome of the age gate is kept, never the date of birth.
  age_checked_at INTEGER,
  created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY NOT NULL,
  user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE throttles (
  key       TEXT PRIMARY KEY NOT NULL,
  tries     INTEGER NOT NULL,
  resets_at INTEGER NOT NULL
) STRICT;

-- Append-only double entry: each posting moves credits from the debited to the credited account of one person.
CREATE TABLE ledger_postings (
  id              BLOB PRIMARY KEY NOT NULL,
  user_id         BLOB NOT NULL,
  seq             INTEGER NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'capture', 'release')),
  debit           TEXT NOT NULL CHECK (debit IN ('issued', 'available', 'held', 'spent')),
  credit          TEXT NOT NULL CHECK (credit IN ('issued', 'available', 'held', 'spent')),
  credits         INTEGER NOT NULL CHECK (credits > 0),
  hold_id         BLOB,
  reference       TEXT NOT NULL,
  reason          TEXT NOT NULL,
  available_after INTEGER NOT NULL CHECK (available_after >= 0),
  at              INTEGER NOT NULL,
  UNIQUE (user_id, seq)
) STRICT;
-- A hold is resolved exactly once.
CREATE UNIQUE INDEX ledger_hold_resolved_once ON ledger_postings (hold_id) WHERE kind IN ('capture', 'release');
CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_never_forgets BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- The cached sums of the ledger; `aisora audit` proves them.
CREATE TABLE ledger_balances (
  user_id   BLOB PRIMARY KEY NOT NULL,
  available INTEGER NOT NULL CHECK (available >= 0),
  held      INTEGER NOT NULL CHECK (held >= 0),
  seq       INTEGER NOT NULL
) STRICT;

CREATE TABLE generations (
  id              BLOB PRIMARY KEY NOT NULL,
  user_id         BLOB NOT NULL,
  quote_id        BLOB NOT NULL,
  take            INTEGER NOT NULL,
  model           TEXT NOT NULL,
  model_label     TEXT NOT NULL,
  provider        TEXT NOT NULL,
  prompt          TEXT NOT NULL,
  prompt_search   TEXT NOT NULL,
  width           INTEGER NOT NULL,
  height          INTEGER NOT NULL,
  seconds         INTEGER NOT NULL,
  seed            INTEGER NOT NULL,
  caption         INTEGER NOT NULL,
  credits         INTEGER NOT NULL CHECK (credits >= 0),
  hold_id         BLOB,
  state           TEXT NOT NULL CHECK (state IN
                  ('queued', 'submitting', 'running', 'storing', 'succeeded', 'failed', 'blocked', 'cancelled')),
  progress        INTEGER NOT NULL DEFAULT 0,
  fence           INTEGER NOT NULL DEFAULT 0,
  reason          TEXT,
  reason_detail   TEXT,
  provider_job    TEXT,
  deadline_at     INTEGER,
  media_prefix    TEXT,
  media_etag      TEXT,
  media_bytes     INTEGER,
  media_stills    INTEGER NOT NULL DEFAULT 0,
  created_at      INTEGER NOT NULL,
  started_at      INTEGER,
  finished_at     INTEGER,
  deleted_at      INTEGER,
  UNIQUE (quote_id, take)
) STRICT;
CREATE INDEX generations_library ON generations (user_id, id) WHERE deleted_at IS NULL;
CREATE INDEX generations_alive ON generations (user_id, id)
  WHERE state IN ('queued', 'submitting', 'running', 'storing');
CREATE INDEX generations_history ON generations (model, width, height, seconds, finished_at) WHERE state = 'succeeded';

CREATE TABLE generation_event_heads (
  user_id BLOB PRIMARY KEY NOT NULL,
  seq     INTEGER NOT NULL
) STRICT;

-- `seq` counts 1, 2, 3 … for each person without holes; `id` only serves the relay between processes.
CREATE TABLE generation_events (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id       BLOB NOT NULL,
  seq           INTEGER NOT NULL,
  generation_id BLOB NOT NULL,
  state         TEXT NOT NULL,
  progress      INTEGER NOT NULL,
  reason        TEXT,
  at            INTEGER NOT NULL,
  UNIQUE (user_id, seq)
) STRICT;
CREATE INDEX generation_events_by_generation ON generation_events (generation_id, seq);

-- The durable queue: only live work; a finished job is a deleted row.
CREATE TABLE jobs (
  subject     BLOB NOT NULL,
  kind        TEXT NOT NULL,
  queue       TEXT NOT NULL,
  owner       BLOB NOT NULL,
  run_at      INTEGER NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0,
  fence       INTEGER NOT NULL DEFAULT 0,
  lease_owner TEXT,
  lease_until INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX jobs_ready ON jobs (queue, lease_until, run_at);
