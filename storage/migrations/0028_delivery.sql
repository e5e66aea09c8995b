-- Delivery (送达): what tells a message that was claimed from one whose call was made, and claims
-- that never look at what a paused broadcast has waiting.

-- By the machine's clock, written before the call: only what was begun can be unknown. The
-- platform's keys count their lives from here, so a repeat keeps it.
ALTER TABLE outbox ADD COLUMN begun_at BIGINT;

DROP INDEX outbox_queue;
CREATE INDEX outbox_queue ON outbox (lane, wait_until, due_at)
    WHERE state = 'queued' AND broadcast_id IS NULL;
CREATE INDEX outbox_queue_broadcast ON outbox (broadcast_id, wait_until, due_at)
    WHERE state = 'queued' AND broadcast_id IS NOT NULL AND COALESCE(channel, '') <> 'mass';

-- The newest results of a broadcast, for the brake that stops one that goes wrong.
CREATE INDEX outbox_results ON outbox (broadcast_id, finished_at)
    WHERE broadcast_id IS NOT NULL AND finished_at IS NOT NULL;
