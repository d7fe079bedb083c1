-- What ended lately, newest first: what a page must know to say that it is done, however much newer work ended before it.
CREATE INDEX generations_lately ON generations (user_id, finished_at)
  WHERE finished_at IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL;
