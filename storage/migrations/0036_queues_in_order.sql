-- Whoever claims takes the first few in line: without the last column a whole line of a million
-- that became due at the same moment is sorted for each claim.
DROP INDEX outbox_queue;
CREATE INDEX outbox_queue ON outbox (lane, wait_until, due_at, id)
    WHERE state = 'queued' AND broadcast_id IS NULL;

DROP INDEX outbox_queue_broadcast;
CREATE INDEX outbox_queue_broadcast ON outbox (broadcast_id, wait_until, due_at, id)
    WHERE state = 'queued' AND broadcast_id IS NOT NULL AND COALESCE(channel, '') <> 'mass';

DROP INDEX outbox_queue_mass;
CREATE INDEX outbox_queue_mass ON outbox (broadcast_id, account, wait_until, id)
    WHERE state = 'queued' AND channel = 'mass';
