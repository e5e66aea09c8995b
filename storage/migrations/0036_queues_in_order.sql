-- Whoever claims takes the first few in line: without the last column a whole line of a million
-- that became due at the same moment is sorted for each claim.
DROP INDEX outbox_queue;
CREATE INDEX outbox_queue ON outbox (lane, wait_until, due_at, id)
    WHERE state = 'queued' AND broadcast_id IS NULL;

-- By an expression, so that no other index of broadcasts fits: a planner that has not seen a new
-- broadcast yet takes its line for short and would sort it.
DROP INDEX outbox_queue_broadcast;
CREATE INDEX outbox_queue_broadcast ON outbox (COALESCE(broadcast_id, 0), wait_until, due_at, id)
    WHERE state = 'queued' AND broadcast_id IS NOT NULL AND COALESCE(channel, '') <> 'mass';

DROP INDEX outbox_queue_mass;
CREATE INDEX outbox_queue_mass ON outbox (COALESCE(broadcast_id, 0), account, wait_until, id)
    WHERE state = 'queued' AND channel = 'mass';

-- The newest results of a broadcast, without a look at the many who were held back.
DROP INDEX outbox_results;
CREATE INDEX outbox_results ON outbox (COALESCE(broadcast_id, 0), finished_at, id)
    WHERE broadcast_id IS NOT NULL AND state IN ('sent', 'failed', 'unknown');
