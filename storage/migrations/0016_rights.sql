-- People's rights (个人信息权利): files to fetch once, memberships that ended, lists handed out.

-- A page with files for one person, found by its token alone; it lives ten minutes.
CREATE TABLE downloads (
    id {id},
    key TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX downloads_follower ON downloads (follower_id);
CREATE INDEX downloads_expiry ON downloads (expires_at);

-- Taken once: what was fetched is emptied in the same transaction.
CREATE TABLE download_files (
    id {id},
    download_id BIGINT NOT NULL REFERENCES downloads (id),
    name TEXT NOT NULL,
    content_sealed {bytes},
    taken_at BIGINT,
    CHECK ((content_sealed IS NULL) = (taken_at IS NOT NULL)),
    UNIQUE (download_id, name)
);

-- How a membership ended, once; the member's number and ledger rows stay without a person.
CREATE TABLE closings (
    id {id},
    key TEXT NOT NULL UNIQUE,
    member_id BIGINT NOT NULL UNIQUE REFERENCES members (id),
    -- 'member', or 'platform' where WeChat said that the account is no more.
    closed_by TEXT NOT NULL,
    facts TEXT NOT NULL,
    closed_at BIGINT NOT NULL
);
{append_only closings}

-- Every list of members that left the program: who asked, who said yes, which stores, how many.
CREATE TABLE member_exports (
    id {id},
    key TEXT NOT NULL UNIQUE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    -- JSON: the numbers of the stores, null for the whole brand.
    stores TEXT NOT NULL,
    -- The partner it is for, where it is one.
    partner TEXT,
    members BIGINT NOT NULL CHECK (members >= 0),
    asked_at BIGINT NOT NULL
);
{append_only member_exports}

-- What one person asks for, and what goes when they leave, is found without reading everybody's.
CREATE INDEX outbox_person ON outbox (openid);
CREATE INDEX consents_follower ON consents (follower_id);
CREATE INDEX coupon_gifts_giver ON coupon_gifts (giver_id);
CREATE INDEX coupon_gifts_taker ON coupon_gifts (taker_id) WHERE taker_id IS NOT NULL;
CREATE INDEX staff_actions_member ON staff_actions (member_id) WHERE member_id IS NOT NULL;
-- What has not been blanked yet, for the night's erasing.
CREATE INDEX outbox_said ON outbox (created_at)
    WHERE content <> '{"kind": "text", "value": ""}';
