-- Stored value (储值): top-ups, holds and the lots they reserve.

{drop_kept holds}

-- What open holds reserve of a lot; a spend or an expiry sees only the rest.
ALTER TABLE lots ADD COLUMN held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0 AND held <= remaining);
-- The last day it was opened with; activity may move `expires_on` later.
ALTER TABLE lots ADD COLUMN opened_until TEXT;
UPDATE lots SET opened_until = expires_on;
-- The two lots of a pair are found by the transaction that opened them.
CREATE INDEX lots_entry ON lots (entry_id);

-- Its two lots, principal and bonus, are opened by one ledger transaction.
CREATE TABLE topups (
    id {id},
    till_id BIGINT NOT NULL REFERENCES tills (id),
    topup_no TEXT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES members (id),
    paid_fen BIGINT NOT NULL CHECK (paid_fen > 0),
    bonus_fen BIGINT NOT NULL CHECK (bonus_fen >= 0),
    transaction_id BIGINT REFERENCES ledger_transactions (id),
    state TEXT NOT NULL CHECK (state IN ('done', 'withdrawn', 'refunded')),
    fingerprint TEXT NOT NULL,
    answer TEXT,
    recorded_at BIGINT NOT NULL,
    UNIQUE (till_id, topup_no)
);
CREATE INDEX topups_member ON topups (member_id, id);
{no_delete topups}

-- One a receipt of a till for ever; it ends once.
CREATE TABLE wallet_holds (
    id {id},
    till_id BIGINT NOT NULL REFERENCES tills (id),
    receipt_no TEXT NOT NULL,
    member_id BIGINT NOT NULL REFERENCES members (id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'captured', 'voided', 'expired')),
    -- Above a limit the member says yes in chat before anything is captured.
    awaits_member BOOLEAN NOT NULL DEFAULT FALSE,
    captured_fen BIGINT NOT NULL DEFAULT 0,
    captured_bonus_fen BIGINT NOT NULL DEFAULT 0,
    transaction_id BIGINT REFERENCES ledger_transactions (id),
    -- What refunds of its purchase have given back of what was captured.
    returned_fen BIGINT NOT NULL DEFAULT 0,
    returned_bonus_fen BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT,
    end_answer TEXT,
    recorded_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (till_id, receipt_no),
    CHECK (captured_fen >= 0 AND captured_fen <= amount_fen),
    CHECK (captured_bonus_fen >= 0 AND captured_bonus_fen <= captured_fen),
    CHECK (returned_fen >= 0 AND returned_fen <= captured_fen),
    CHECK (returned_bonus_fen >= 0 AND returned_bonus_fen <= captured_bonus_fen)
);
CREATE INDEX wallet_holds_member ON wallet_holds (member_id, id);
CREATE INDEX wallet_holds_due ON wallet_holds (expires_at) WHERE state = 'open';
{no_delete wallet_holds}

CREATE TABLE hold_draws (
    id {id},
    hold_id BIGINT NOT NULL REFERENCES wallet_holds (id),
    lot_id BIGINT NOT NULL REFERENCES lots (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    UNIQUE (hold_id, lot_id)
);
{append_only hold_draws}
