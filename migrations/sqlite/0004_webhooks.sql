-- Outgoing webhooks: where events of a person's videos go, and how each delivery went.

CREATE TABLE webhook_endpoints (
  id               BLOB PRIMARY KEY NOT NULL,
  user_id          BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  url              TEXT NOT NULL,
  -- Kinds of events with commas between.
  events           TEXT NOT NULL,
  -- The secret itself is nowhere in this table: it is worked out from the server's own secret, this id and this number.
  secret_version   INTEGER NOT NULL,
  -- Until when the version before signs too.
  old_secret_until INTEGER,
  -- Since when every try failed.
  failing_since    INTEGER,
  disabled_at      INTEGER,
  disabled_why     TEXT CHECK (disabled_why IN ('gone', 'failing')),
  created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_endpoints_by_user ON webhook_endpoints (user_id, id);

-- The id is the event's `webhook-id`; the body is kept, so that each try sends the same bytes.
CREATE TABLE webhook_deliveries (
  id            BLOB PRIMARY KEY NOT NULL,
  endpoint_id   BLOB NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,
  generation_id BLOB,
  body          TEXT NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  -- The last answer: an HTTP status, or a word for why there was none.
  last_status   INTEGER,
  last_trouble  TEXT,
  created_at    INTEGER NOT NULL,
  -- Exactly one of the three is there.
  next_at       INTEGER,
  delivered_at  INTEGER,
  given_up_at   INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
