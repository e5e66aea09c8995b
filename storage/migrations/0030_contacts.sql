-- What a person's last word was, so that the same message again says nothing new; and why the
-- platform refused the newest message to a follower.
ALTER TABLE held_subscriptions ADD COLUMN changed_key TEXT;
ALTER TABLE contact_choices ADD COLUMN changed_key TEXT;
ALTER TABLE followers ADD COLUMN refused_why TEXT;
ALTER TABLE followers ADD COLUMN refused_at BIGINT;

-- Who says stop is not to wait for a broadcast of millions to be looked through.
CREATE INDEX outbox_marketing ON outbox (member_id) WHERE state = 'queued' AND lane = 2;
