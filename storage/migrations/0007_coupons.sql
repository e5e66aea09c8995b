-- Coupons in full (券): uses, gifts between friends, goods for points (积分商城).

ALTER TABLE coupons ADD COLUMN uses_left INTEGER NOT NULL DEFAULT 1 CHECK (uses_left >= 0);
UPDATE coupons SET uses_left = 0 WHERE state <> 'issued';
-- Why the member has it, for 为什么.
ALTER TABLE coupons ADD COLUMN cause TEXT NOT NULL DEFAULT '{}';
-- Set while it is on offer to a friend: then nobody can use it.
ALTER TABLE coupons ADD COLUMN offered_at BIGINT;
ALTER TABLE coupons ADD COLUMN hops INTEGER NOT NULL DEFAULT 0 CHECK (hops >= 0);

-- One a use: `held` from the till's redeem until its purchase is reported, then `used`.
CREATE TABLE coupon_uses (
    id {id},
    coupon_id BIGINT NOT NULL REFERENCES coupons (id),
    state TEXT NOT NULL CHECK (state IN ('held', 'used', 'released', 'returned')),
    till_id BIGINT NOT NULL REFERENCES tills (id),
    receipt_no TEXT NOT NULL,
    purchase_id BIGINT REFERENCES purchases (id),
    used_at BIGINT NOT NULL,
    due_at BIGINT,
    ended_at BIGINT,
    -- What the till was told last: the same receipt again is told the same.
    answer TEXT NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX coupon_uses_once ON coupon_uses (coupon_id, till_id, receipt_no)
    WHERE state IN ('held', 'used');
CREATE INDEX coupon_uses_receipt ON coupon_uses (till_id, receipt_no);
CREATE INDEX coupon_uses_purchase ON coupon_uses (purchase_id);
CREATE INDEX coupon_uses_due ON coupon_uses (due_at) WHERE state = 'held';
{no_delete coupon_uses}

CREATE TABLE coupon_gifts (
    id {id},
    key TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    coupon_id BIGINT NOT NULL REFERENCES coupons (id),
    giver_id BIGINT NOT NULL REFERENCES members (id),
    taker_id BIGINT REFERENCES members (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'claimed', 'withdrawn')),
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX coupon_gifts_open ON coupon_gifts (coupon_id) WHERE state = 'open';
{no_delete coupon_gifts}

-- Points given for a coupon of the points mall; `returned` when it lapsed unused.
CREATE TABLE exchanges (
    id {id},
    key TEXT NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    reward TEXT NOT NULL,
    points BIGINT NOT NULL CHECK (points > 0),
    coupon_id BIGINT NOT NULL UNIQUE REFERENCES coupons (id),
    -- Whether the points come back when the coupon lapses unused, as promised then.
    returns_points BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL CHECK (state IN ('done', 'returned')),
    exchanged_at BIGINT NOT NULL
);
CREATE INDEX exchanges_member ON exchanges (member_id, id);
CREATE INDEX exchanges_returning ON exchanges (id) WHERE returns_points AND state = 'done';
{no_delete exchanges}
