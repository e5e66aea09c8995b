-- By the shop's clock the end of the day that a greeting is for: afterwards it is not sent any more,
-- but said at the next contact.
ALTER TABLE outbox ADD COLUMN fresh_until BIGINT;
