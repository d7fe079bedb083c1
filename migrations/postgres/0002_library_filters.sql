-- Each filter of the library finds its page without walking over what the filter leaves out.
CREATE INDEX generations_ready ON generations (user_id, id) WHERE state = 'succeeded' AND deleted_at IS NULL;
CREATE INDEX generations_not_made ON generations (user_id, id)
  WHERE state IN ('failed', 'blocked', 'cancelled') AND deleted_at IS NULL;
-- Old counts are swept at each try.
CREATE INDEX throttles_by_end ON throttles (resets_at);
