-- Outgoing webhooks: where events of a person's videos go, and how each delivery went.

CREATE TABLE webhook_endpoints (
  id               UUID PRIMARY KEY NOT NULL,
  user_id          UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  url              TEXT NOT NULL,
  -- Kinds of events with commas between.
  events           TEXT NOT NULL,
  -- The secret itself is nowhere in this table: it is worked out from the server's own secret, this id and this number.
  secret_version   BIGINT NOT NULL,
  -- Until when the version before signs too.
  old_secret_until BIGINT,
  -- Since when every try failed.
  failing_since    BIGINT,
  disabled_at      BIGINT,
  disabled_why     TEXT CHECK (disabled_why IN ('gone', 'failing')),
  created_at       BIGINT NOT NULL
);
CREATE INDEX webhook_endpoints_by_user ON webhook_endpoints (user_id, id);

-- The id is the event's `webhook-id`; the body is kept, so that each try sends the same bytes.
CREATE TABLE webhook_deliveries (
  id            UUID PRIMARY KEY NOT NULL,
  endpoint_id   UUID NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,
  generation_id UUID,
  body          TEXT NOT NULL,
  attempts      BIGINT NOT NULL DEFAULT 0,
  -- The last answer: an HTTP status, or a word for why there was none.
  last_status   BIGINT,
  last_trouble  TEXT,
  created_at    BIGINT NOT NULL,
  -- Exactly one of the three is there.
  next_at       BIGINT,
  delivered_at  BIGINT,
  given_up_at   BIGINT
);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
