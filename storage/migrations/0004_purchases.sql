-- Purchases (消费) from tills, receipt claims, member codes and coupons.

CREATE TABLE purchases (
    id {id},
    till_id BIGINT NOT NULL REFERENCES tills (id),
    receipt_no TEXT NOT NULL,
    key_epoch INTEGER NOT NULL,
    receipt_seq BIGINT,
    paid_at BIGINT NOT NULL,
    paid_fen BIGINT NOT NULL CHECK (paid_fen >= 0),
    lines TEXT NOT NULL,
    member_id BIGINT REFERENCES members (id),
    -- What the receipt promises, by the rules of the day it was recorded on.
    points BIGINT NOT NULL CHECK (points >= 0),
    claim_until BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT,
    recorded_at BIGINT NOT NULL,
    UNIQUE (till_id, receipt_no),
    UNIQUE (till_id, receipt_seq, key_epoch)
);
CREATE INDEX purchases_member ON purchases (member_id, paid_at);

-- One claim per (till, epoch, sequence) for ever. A purchase may have two tokens, printed under
-- an old key and answered under the new one: it belongs to one member all the same.
CREATE TABLE claims (
    id {id},
    till_id BIGINT NOT NULL REFERENCES tills (id),
    key_epoch INTEGER NOT NULL,
    receipt_seq BIGINT NOT NULL,
    follower_id BIGINT NOT NULL REFERENCES followers (id),
    member_id BIGINT REFERENCES members (id),
    state TEXT NOT NULL CHECK (state IN ('reserved', 'pending', 'credited', 'void')),
    amount_fen BIGINT NOT NULL,
    paid_at BIGINT NOT NULL,
    points BIGINT NOT NULL DEFAULT 0,
    purchase_id BIGINT REFERENCES purchases (id),
    told TEXT,
    claimed_at BIGINT NOT NULL,
    due_at BIGINT,
    UNIQUE (till_id, receipt_seq, key_epoch)
);
CREATE INDEX claims_member ON claims (member_id, state);
CREATE INDEX claims_purchase ON claims (purchase_id);
CREATE INDEX claims_follower ON claims (follower_id);
CREATE INDEX claims_due ON claims (due_at) WHERE state IN ('reserved', 'pending');
{no_delete claims}

-- The first purchase, hold or top-up binds a member code; any other use is refused.
CREATE TABLE member_code_uses (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    step BIGINT NOT NULL,
    uses INTEGER NOT NULL,
    till_id BIGINT NOT NULL REFERENCES tills (id),
    purpose TEXT NOT NULL,
    reference TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    UNIQUE (member_id, step, uses)
);

CREATE TABLE coupons (
    id {id},
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES members (id),
    terms TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('issued', 'held', 'used', 'void')),
    key TEXT NOT NULL UNIQUE,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    issued_at BIGINT NOT NULL
);
CREATE INDEX coupons_member ON coupons (member_id, state, ends_on);
{no_delete coupons}

-- Stock, per-member limits, budgets: taken by one guarded update, never by counting rows.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    used BIGINT NOT NULL DEFAULT 0 CHECK (used >= 0)
);
