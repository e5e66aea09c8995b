-- Messages (消息): the outbox, where everything that is not a passive reply waits to be sent.

CREATE TABLE outbox (
    id {id},
    key TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    openid TEXT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('reply', 'transactional', 'service', 'care', 'promotion')),
    content TEXT NOT NULL,
    state TEXT NOT NULL CHECK
        (state IN ('queued', 'sending', 'sent', 'failed', 'suppressed', 'unknown')),
    attempt INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until BIGINT,
    due_at BIGINT NOT NULL,
    reason TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_leases ON outbox (lease_until) WHERE state = 'sending';
