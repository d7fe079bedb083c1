-- When the provider of work last answered a poll, in unix milliseconds; written along with the lease, never alone.
ALTER TABLE jobs ADD COLUMN answered_at BIGINT;
