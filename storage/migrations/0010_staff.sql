-- Staff (员工): who may use counter words, what they confirmed, and what they did.

CREATE TABLE staff_invitations (
    id {id},
    code_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    store_id BIGINT REFERENCES stores (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    used_by BIGINT REFERENCES followers (id),
    created_at BIGINT NOT NULL
);
{no_delete staff_invitations}

CREATE TABLE staff (
    id {id},
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    role TEXT NOT NULL CHECK (role IN
        ('owner', 'marketing', 'manager', 'clerk', 'support', 'auditor')),
    store_id BIGINT REFERENCES stores (id),
    state TEXT NOT NULL CHECK (state IN ('active', 'stopped')),
    invitation_id BIGINT NOT NULL UNIQUE REFERENCES staff_invitations (id),
    bound_at BIGINT NOT NULL,
    stopped_at BIGINT
);
CREATE UNIQUE INDEX staff_one_active ON staff (follower_id) WHERE state = 'active';
{no_delete staff}

-- A summary was shown; the code, good once and for a short time, does exactly that content.
-- `key` is the message that asked: delivered again, it shows the same summary and code.
CREATE TABLE confirmations (
    id {id},
    key TEXT NOT NULL UNIQUE,
    code_hash TEXT NOT NULL,
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    word TEXT NOT NULL,
    content TEXT NOT NULL,
    summary TEXT NOT NULL,
    by_another BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dead')),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    -- The last message with a wrong code: delivered again, it is no further try.
    try_key TEXT,
    expires_at BIGINT NOT NULL,
    done_by BIGINT REFERENCES followers (id),
    done_key TEXT UNIQUE,
    told TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX confirmations_code ON confirmations (code_hash);
CREATE UNIQUE INDEX confirmations_one_open ON confirmations (follower_id, by_another)
    WHERE state = 'open';
{no_delete confirmations}

CREATE TABLE staff_actions (
    id {id},
    confirmation_id BIGINT NOT NULL UNIQUE REFERENCES confirmations (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    word TEXT NOT NULL,
    member_id BIGINT REFERENCES members (id),
    content TEXT NOT NULL,
    done_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX staff_actions_staff ON staff_actions (staff_id, id);
{no_delete staff_actions}
