-- Those who wait for a mass send (高级群发), found without a look at who waits for the morning.
CREATE INDEX outbox_queue_mass ON outbox (broadcast_id, account, wait_until)
    WHERE state = 'queued' AND channel = 'mass';
