-- Tiers (等级): where each member stands, how it came to be, and notices that are due.

CREATE TABLE member_tiers (
    member_id BIGINT PRIMARY KEY REFERENCES members (id),
    tier TEXT NOT NULL,
    -- What the rung asked for when it was reached: a later ladder may know no such rung.
    growth BIGINT NOT NULL,
    since_on TEXT NOT NULL,
    -- Last day of the term; null where nothing is reviewed.
    until_on TEXT,
    pinned_until TEXT,
    grace_on TEXT,
    reached_by BIGINT REFERENCES purchases (id)
);
CREATE INDEX member_tiers_review ON member_tiers (until_on) WHERE until_on IS NOT NULL;
CREATE INDEX member_tiers_tier ON member_tiers (tier);

CREATE TABLE tier_changes (
    id {id},
    key TEXT NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    from_tier TEXT NOT NULL,
    to_tier TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN
        ('reached', 'kept', 'grace', 'stepped_down', 'returned', 'pinned', 'unpinned')),
    facts TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX tier_changes_member ON tier_changes (member_id, id);
{append_only tier_changes}

CREATE TABLE tier_gifts (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    tier TEXT NOT NULL,
    given_on TEXT NOT NULL,
    -- Set when the purchase that brought the gift was returned.
    taken_back_on TEXT
);
CREATE UNIQUE INDEX tier_gifts_once ON tier_gifts (member_id, tier, given_on)
    WHERE taken_back_on IS NULL;
{no_delete tier_gifts}

-- What somebody should be told when a channel allows it; the send gate makes messages of it.
CREATE TABLE notices (
    id {id},
    key TEXT NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    class TEXT NOT NULL CHECK (class IN ('transactional', 'service', 'care', 'promotion')),
    wording TEXT NOT NULL,
    facts TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX notices_member ON notices (member_id, id);
CREATE INDEX notices_due ON notices (due_at);
