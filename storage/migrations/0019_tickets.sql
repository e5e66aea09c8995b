-- Tickets (工单): what somebody asks of people, who answers by when, and what came of it.

CREATE TABLE tickets (
    id {id},
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN
        ('feedback', 'complaint', 'human', 'suggestion', 'receipt', 'closing', 'data')),
    state TEXT NOT NULL CHECK (state IN ('new', 'taken', 'waiting', 'resolved', 'closed')),
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    -- Of an anonymous ticket nobody keeps who the member is.
    member_id BIGINT REFERENCES members (id),
    store_id BIGINT REFERENCES stores (id),
    is_anonymous BOOLEAN NOT NULL DEFAULT FALSE CHECK (NOT is_anonymous OR member_id IS NULL),
    owner_staff_id BIGINT REFERENCES staff (id),
    tier_rank INTEGER NOT NULL DEFAULT 0,
    -- What the first reply was promised for; kept as it was said.
    promise_at BIGINT NOT NULL,
    -- When the next answer is due; nobody waits for one where it is NULL.
    due_at BIGINT,
    first_reply_at BIGINT,
    escalated_at BIGINT,
    resolved_at BIGINT,
    closed_at BIGINT,
    rating INTEGER CHECK (rating BETWEEN 1 AND 5),
    reopened INTEGER NOT NULL DEFAULT 0 CHECK (reopened >= 0),
    topic TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX tickets_queue ON tickets (store_id, tier_rank, created_at)
    WHERE state IN ('new', 'taken', 'waiting');
CREATE INDEX tickets_resolved ON tickets (resolved_at) WHERE state = 'resolved';
CREATE INDEX tickets_follower ON tickets (follower_id, id);
CREATE INDEX tickets_member ON tickets (member_id, id);
CREATE INDEX tickets_created ON tickets (created_at);
-- All that the histogram of first replies reads.
CREATE INDEX tickets_replied ON tickets (kind, first_reply_at, created_at)
    WHERE first_reply_at IS NOT NULL;
{no_delete tickets}

-- Every step of a ticket with what was said at it; a note (备注) is for staff only.
CREATE TABLE ticket_messages (
    id {id},
    ticket_id BIGINT NOT NULL REFERENCES tickets (id),
    key TEXT NOT NULL UNIQUE,
    step TEXT NOT NULL,
    author TEXT NOT NULL CHECK (author IN ('member', 'staff', 'system')),
    staff_id BIGINT REFERENCES staff (id),
    text_sealed {bytes},
    picture_id BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX ticket_messages_ticket ON ticket_messages (ticket_id, id);
{no_delete ticket_messages}

-- Staff a ticket is about (涉及): it does not exist for them.
CREATE TABLE ticket_subjects (
    id {id},
    ticket_id BIGINT NOT NULL REFERENCES tickets (id),
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    UNIQUE (ticket_id, staff_id)
);
{no_delete ticket_subjects}
