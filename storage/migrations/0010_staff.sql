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
CREATE TABLE confirmations (
    id {id},
    code_hash TEXT NOT NULL,
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    word TEXT NOT NULL,
    content TEXT NOT NULL,
    by_another BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dead')),
    tries INTEGER NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    done_by BIGINT REFERENCES followers (id),
    done_key TEXT,
    told TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX confirmations_open ON confirmations (code_hash) WHERE state = 'open';
CREATE INDEX confirmations_person ON confirmations (follower_id, id);
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
