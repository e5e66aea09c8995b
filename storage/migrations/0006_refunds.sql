-- What a purchase stands for now, refunds (退货), and quotes (报价).

ALTER TABLE purchases ADD COLUMN store_id BIGINT REFERENCES stores (id);
UPDATE purchases SET store_id = (SELECT store_id FROM tills WHERE tills.id = purchases.till_id);
-- The rule of the day as facts, enough to reckon again what a net purchase deserves.
ALTER TABLE purchases ADD COLUMN earning TEXT NOT NULL DEFAULT '{}';
ALTER TABLE purchases ADD COLUMN refunded_fen BIGINT NOT NULL DEFAULT 0
    CHECK (refunded_fen >= 0 AND refunded_fen <= paid_fen);
-- Null until credited: what of this purchase stands on its member's accounts.
ALTER TABLE purchases ADD COLUMN points_standing BIGINT CHECK (points_standing >= 0);
ALTER TABLE purchases ADD COLUMN growth_standing BIGINT CHECK (growth_standing >= 0);
UPDATE purchases SET points_standing = points, growth_standing = 0 WHERE member_id IS NOT NULL;
-- Their points came from the whole amount at one rate; this rate gives the same points again.
UPDATE purchases SET earning = '{"per_yuan": ' || ((points * 100 + paid_fen - 1) / paid_fen) || '}'
    WHERE paid_fen > 0;
-- Set while the points wait for the end of the return period (冻结期).
ALTER TABLE purchases ADD COLUMN credit_due_at BIGINT;
CREATE INDEX purchases_credit_due ON purchases (credit_due_at) WHERE credit_due_at IS NOT NULL;
CREATE INDEX purchases_pending ON purchases (member_id) WHERE credit_due_at IS NOT NULL;
-- Paid with points and with stored value, and what refunds have given back of both.
ALTER TABLE purchases ADD COLUMN points_spent BIGINT NOT NULL DEFAULT 0 CHECK (points_spent >= 0);
ALTER TABLE purchases ADD COLUMN points_returned BIGINT NOT NULL DEFAULT 0
    CHECK (points_returned >= 0 AND points_returned <= points_spent);
ALTER TABLE purchases ADD COLUMN stored_fen BIGINT NOT NULL DEFAULT 0 CHECK (stored_fen >= 0);
ALTER TABLE purchases ADD COLUMN stored_bonus_fen BIGINT NOT NULL DEFAULT 0
    CHECK (stored_bonus_fen >= 0 AND stored_bonus_fen <= stored_fen);
ALTER TABLE purchases ADD COLUMN stored_returned_fen BIGINT NOT NULL DEFAULT 0
    CHECK (stored_returned_fen >= 0 AND stored_returned_fen <= stored_fen);

-- What was given back of a posting is read from the ledger itself.
CREATE INDEX ledger_transactions_reverses ON ledger_transactions (reverses_id)
    WHERE reverses_id IS NOT NULL;

-- One a refund number of a till for ever. It waits when its sale has not arrived yet.
CREATE TABLE refunds (
    id {id},
    till_id BIGINT NOT NULL REFERENCES tills (id),
    refund_no TEXT NOT NULL,
    receipt_no TEXT NOT NULL,
    purchase_id BIGINT REFERENCES purchases (id),
    amount_fen BIGINT CHECK (amount_fen > 0),
    lines TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
    refunded_fen BIGINT NOT NULL DEFAULT 0 CHECK (refunded_fen >= 0),
    refunded_at BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT,
    recorded_at BIGINT NOT NULL,
    UNIQUE (till_id, refund_no),
    CHECK ((amount_fen IS NULL) <> (lines IS NULL))
);
CREATE INDEX refunds_receipt ON refunds (till_id, receipt_no);
CREATE INDEX refunds_waiting ON refunds (recorded_at) WHERE state = 'waiting';
{no_delete refunds}

-- A price that holds until `expires_at`; the code it was asked with is bound when it is paid.
CREATE TABLE quotes (
    id {id},
    quote_id TEXT NOT NULL UNIQUE,
    till_id BIGINT NOT NULL REFERENCES tills (id),
    member_id BIGINT REFERENCES members (id),
    code_step BIGINT,
    code_uses INTEGER,
    lines TEXT NOT NULL,
    -- What each line finally costs, so that goods which come back are worth just that.
    line_fen TEXT NOT NULL,
    coupon_codes TEXT NOT NULL,
    points BIGINT NOT NULL DEFAULT 0 CHECK (points >= 0),
    payable_fen BIGINT NOT NULL CHECK (payable_fen >= 0),
    answer TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    purchase_id BIGINT UNIQUE REFERENCES purchases (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX quotes_expiry ON quotes (expires_at) WHERE purchase_id IS NULL;

CREATE INDEX member_code_uses_reference ON member_code_uses (till_id, reference);
