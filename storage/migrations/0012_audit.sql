-- The audit trail (审计日志): what staff and operators did and saw, each row chained to the one before.

-- Without references: the row is the last thing a use case locks, and takes no lock but the head's.
CREATE TABLE audit_log (
    id {id},
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    staff_id BIGINT,
    role TEXT,
    store_id BIGINT,
    what TEXT NOT NULL,
    member_id BIGINT,
    subject TEXT NOT NULL,
    facts TEXT NOT NULL,
    approval BIGINT,
    key TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (key, what)
);
CREATE INDEX audit_log_member ON audit_log (member_id, id) WHERE member_id IS NOT NULL;
CREATE INDEX audit_log_staff ON audit_log (staff_id, id) WHERE staff_id IS NOT NULL;
CREATE INDEX audit_log_at ON audit_log (at);
{append_only audit_log}

-- Who was staff once is told from a stranger.
CREATE INDEX staff_follower ON staff (follower_id);

-- The newest row: whoever adds one locks it, so that ids have no gap and hashes no fork.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_id BIGINT NOT NULL CHECK (last_id >= 0),
    last_hash TEXT NOT NULL
);
INSERT INTO audit_head (id, last_id, last_hash) VALUES (1, 0, '');
{no_delete audit_head}
