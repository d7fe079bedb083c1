-- People, sessions, the ledger, generations with their events, and the durable queue.
-- Times are unix milliseconds, ids UUID version 7, credits whole numbers. Never edit a migration that has landed.

CREATE TABLE server_secrets (
  name  TEXT PRIMARY KEY NOT NULL,
  value BYTEA NOT NULL
);

CREATE TABLE users (
  id             UUID PRIMARY KEY NOT NULL,
  email          TEXT NOT NULL UNIQUE,
  name           TEXT,
  password_hash  TEXT NOT NULL,
  admin          BOOLEAN NOT NULL DEFAULT FALSE,
  -- Only the outcome of the age gate is kept, never the date of birth.
  age_checked_at BIGINT,
  created_at     BIGINT NOT NULL
);

CREATE TABLE sessions (
  token_hash BYTEA PRIMARY KEY NOT NULL,
  user_id    UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  renewed_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE throttles (
  key       TEXT PRIMARY KEY NOT NULL,
  tries     BIGINT NOT NULL,
  resets_at BIGINT NOT NULL
);

-- Append-only double entry: each posting moves credits from the debited to the credited account of one person.
CREATE TABLE ledger_postings (
  id              UUID PRIMARY KEY NOT NULL,
  user_id         UUID NOT NULL,
  seq             BIGINT NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'capture', 'release')),
  debit           TEXT NOT NULL CHECK (debit IN ('issued', 'available', 'held', 'spent')),
  credit          TEXT NOT NULL CHECK (credit IN ('issued', 'available', 'held', 'spent')),
  credits         BIGINT NOT NULL CHECK (credits > 0),
  hold_id         UUID,
  reference       TEXT NOT NULL,
  reason          TEXT NOT NULL,
  available_after BIGINT NOT NULL CHECK (available_after >= 0),
  at              BIGINT NOT NULL,
  UNIQUE (user_id, seq)
);
-- A hold is resolved exactly once.
CREATE UNIQUE INDEX ledger_hold_resolved_once ON ledger_postings (hold_id) WHERE kind IN ('capture', 'release');
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER ledger_never_changes BEFORE UPDATE OR DELETE ON ledger_postings
FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();

-- The cached sums of the ledger; `aisora audit` proves them.
CREATE TABLE ledger_balances (
  user_id   UUID PRIMARY KEY NOT NULL,
  available BIGINT NOT NULL CHECK (available >= 0),
  held      BIGINT NOT NULL CHECK (held >= 0),
  seq       BIGINT NOT NULL
);

CREATE TABLE generations (
  id              UUID PRIMARY KEY NOT NULL,
  user_id         UUID NOT NULL,
  quote_id        UUID NOT NULL,
  take            BIGINT NOT NULL,
  model           TEXT NOT NULL,
  model_label     TEXT NOT NULL,
  provider        TEXT NOT NULL,
  prompt          TEXT NOT NULL,
  prompt_search   TEXT NOT NULL,
  width           BIGINT NOT NULL,
  height          BIGINT NOT NULL,
  seconds         BIGINT NOT NULL,
  seed            BIGINT NOT NULL,
  caption         BOOLEAN NOT NULL,
  credits         BIGINT NOT NULL CHECK (credits >= 0),
  hold_id         UUID,
  state           TEXT NOT NULL CHECK (state IN
                  ('queued', 'submitting', 'running', 'storing', 'succeeded', 'failed', 'blocked', 'cancelled')),
  progress        BIGINT NOT NULL DEFAULT 0,
  fence           BIGINT NOT NULL DEFAULT 0,
  reason          TEXT,
  reason_detail   TEXT,
  provider_job    TEXT,
  deadline_at     BIGINT,
  media_prefix    TEXT,
  media_etag      TEXT,
  media_bytes     BIGINT,
  media_stills    BOOLEAN NOT NULL DEFAULT FALSE,
  created_at      BIGINT NOT NULL,
  started_at      BIGINT,
  finished_at     BIGINT,
  deleted_at      BIGINT,
  UNIQUE (quote_id, take)
);
CREATE INDEX generations_library ON generations (user_id, id) WHERE deleted_at IS NULL;
CREATE INDEX generations_alive ON generations (user_id, id)
  WHERE state IN ('queued', 'submitting', 'running', 'storing');
CREATE INDEX generations_history ON generations (model, width, height, seconds, finished_at) WHERE state = 'succeeded';

CREATE TABLE generation_event_heads (
  user_id UUID PRIMARY KEY NOT NULL,
  seq     BIGINT NOT NULL
);

-- `seq` counts 1, 2, 3 … for each person without holes; `id` only serves the relay between processes.
CREATE TABLE generation_events (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id       UUID NOT NULL,
  seq           BIGINT NOT NULL,
  generation_id UUID NOT NULL,
  state         TEXT NOT NULL,
  progress      BIGINT NOT NULL,
  reason        TEXT,
  at            BIGINT NOT NULL,
  UNIQUE (user_id, seq)
);
CREATE INDEX generation_events_by_generation ON generation_events (generation_id, seq);

-- The durable queue: only live work; a finished job is a deleted row.
CREATE TABLE jobs (
  subject     UUID NOT NULL,
  kind        TEXT NOT NULL,
  queue       TEXT NOT NULL,
  owner       UUID NOT NULL,
  run_at      BIGINT NOT NULL,
  attempts    BIGINT NOT NULL DEFAULT 0,
  fence       BIGINT NOT NULL DEFAULT 0,
  lease_owner TEXT,
  lease_until BIGINT NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (kind, subject)
);
CREATE INDEX jobs_ready ON jobs (queue, lease_until, run_at);
