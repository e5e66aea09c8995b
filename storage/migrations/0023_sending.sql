-- Sending (触达): what a message is for, to whom, how it leaves, when it may, and group sends.

-- A group send (群发): one content for an audience that is written down once, when it starts.
CREATE TABLE broadcasts (
    id {id},
    key TEXT NOT NULL UNIQUE,
    -- The draft's author; NULL for an operator at the command line.
    staff_id BIGINT REFERENCES staff (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'running', 'paused', 'finished', 'cancelled')),
    audience TEXT NOT NULL,
    -- JSON: the filter as it was read, and the stores of whoever asked (null: the whole brand).
    filter TEXT NOT NULL,
    stores TEXT,
    -- JSON, the same for everybody; placeholders are filled for each.
    content TEXT NOT NULL,
    topic TEXT NOT NULL,
    people BIGINT CHECK (people >= 0),
    -- How far of the audience has been put into the outbox, by broadcast_people.id.
    queued_through BIGINT NOT NULL DEFAULT 0,
    paused_why TEXT,
    confirmed_by BIGINT REFERENCES staff (id),
    useless_after BIGINT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT
);

-- The audience as it was when the sending began.
CREATE TABLE broadcast_people (
    id {id},
    broadcast_id BIGINT NOT NULL REFERENCES broadcasts (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    follower_id BIGINT REFERENCES followers (id),
    UNIQUE (broadcast_id, member_id)
);
CREATE INDEX broadcast_people_order ON broadcast_people (broadcast_id, id);
CREATE INDEX broadcast_people_member ON broadcast_people (member_id);

-- One call that sends the same to many (高级群发); its key lives 24 hours at the platform.
CREATE TABLE mass_batches (
    id {id},
    key TEXT NOT NULL UNIQUE,
    broadcast_id BIGINT NOT NULL REFERENCES broadcasts (id),
    account TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'failed', 'unknown')),
    people INTEGER NOT NULL CHECK (people > 0),
    -- What the platform calls it, and its own count once it is done.
    platform_id TEXT,
    platform_tag BIGINT,
    counts TEXT,
    attempt INTEGER NOT NULL DEFAULT 1,
    worker TEXT NOT NULL,
    lease_until BIGINT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX mass_batches_broadcast ON mass_batches (broadcast_id);
CREATE INDEX mass_batches_leases ON mass_batches (lease_until) WHERE state = 'sending';
CREATE INDEX mass_batches_platform ON mass_batches (platform_id) WHERE platform_id IS NOT NULL;

ALTER TABLE outbox ADD COLUMN follower_id BIGINT REFERENCES followers (id);
ALTER TABLE outbox ADD COLUMN member_id BIGINT REFERENCES members (id);
ALTER TABLE outbox ADD COLUMN broadcast_id BIGINT REFERENCES broadcasts (id);
ALTER TABLE outbox ADD COLUMN batch_id BIGINT REFERENCES mass_batches (id);
-- The campaign whose treatment this is, by its code.
ALTER TABLE outbox ADD COLUMN campaign TEXT;
ALTER TABLE outbox ADD COLUMN topic TEXT;
-- 0 replies, 1 what is owed to a person, 2 care and promotion: each has its share of the sending.
ALTER TABLE outbox ADD COLUMN lane INTEGER NOT NULL DEFAULT 0 CHECK (lane BETWEEN 0 AND 2);
ALTER TABLE outbox ADD COLUMN channel TEXT
    CHECK (channel IN ('service', 'template', 'subscription', 'one_time', 'mini', 'mass'));
-- By the shop's clock, unlike due_at: not before, of no use after, and when it left.
ALTER TABLE outbox ADD COLUMN wait_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN useless_after BIGINT;
ALTER TABLE outbox ADD COLUMN left_at BIGINT;
-- What the platform calls it, for the push that tells what became of it.
ALTER TABLE outbox ADD COLUMN platform_id TEXT;

DROP INDEX outbox_due;
CREATE INDEX outbox_queue ON outbox (lane, wait_until, due_at) WHERE state = 'queued';
CREATE INDEX outbox_broadcast ON outbox (broadcast_id, state) WHERE broadcast_id IS NOT NULL;
CREATE INDEX outbox_campaign ON outbox (campaign, state) WHERE campaign IS NOT NULL;
CREATE INDEX outbox_batch ON outbox (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX outbox_platform ON outbox (platform_id) WHERE platform_id IS NOT NULL;
-- What counts against somebody's caps.
CREATE INDEX outbox_member ON outbox (member_id, left_at) WHERE member_id IS NOT NULL;

-- What the platform lets us send to somebody (客服消息额度): the newest contact of each kind.
CREATE TABLE contacts (
    id {id},
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    kind TEXT NOT NULL CHECK (kind IN ('message', 'menu', 'follow', 'scan', 'pay', 'enter')),
    at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- NULL where the platform does not count.
    left_over INTEGER CHECK (left_over >= 0),
    UNIQUE (follower_id, kind)
);

-- One-time subscriptions (一次性订阅) that somebody gave and we have not used; the platform tells no count.
CREATE TABLE held_subscriptions (
    id {id},
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    channel TEXT NOT NULL CHECK (channel IN ('subscription', 'one_time', 'mini')),
    template_id TEXT NOT NULL,
    left_over INTEGER NOT NULL CHECK (left_over >= 0),
    changed_at BIGINT NOT NULL,
    UNIQUE (follower_id, channel, template_id)
);

-- What a member wants to hear of (消息主题) and how much; without a row: everything, as the shop does.
CREATE TABLE contact_choices (
    member_id BIGINT PRIMARY KEY REFERENCES members (id),
    -- JSON: the topics that are off.
    topics_off TEXT NOT NULL DEFAULT '[]',
    weekly INTEGER CHECK (weekly >= 0),
    paused_until TEXT,
    changed_at BIGINT NOT NULL
);

-- A line that waits for the next contact may lose its sense before it (field-rules D6).
ALTER TABLE waiting_lines ADD COLUMN useless_after BIGINT;

-- Notices are outbox rows from now on; those of the last week may still be told.
INSERT INTO outbox (key, account, openid, class, content, state, due_at, created_at, follower_id,
                    member_id, lane, wait_until, useless_after)
SELECT 'notice:' || n.key, f.account, f.openid, n.class,
       '{"kind": "notice", "wording": "' || n.wording || '", "facts": ' || n.facts || '}',
       'queued', n.created_at, n.created_at, f.id, n.member_id,
       CASE WHEN n.class IN ('care', 'promotion') THEN 2 ELSE 1 END,
       n.due_at, n.due_at + 604800000
FROM notices n JOIN followers f ON f.id =
    (SELECT x.id FROM followers x WHERE x.member_id = n.member_id
     ORDER BY x.follows DESC, x.id LIMIT 1)
WHERE n.created_at >= (SELECT MAX(created_at) - 604800000 FROM notices);
DROP TABLE notices;
