-- Merges (合并): two memberships of one person become one, and can be parted again for some days.

CREATE TABLE member_merges (
    id {id},
    key TEXT NOT NULL UNIQUE,
    kept_id BIGINT NOT NULL REFERENCES members (id),
    merged_id BIGINT NOT NULL REFERENCES members (id),
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- JSON: what came with the merged member, and what of the kept one has to be put back.
    came TEXT NOT NULL,
    kept_before TEXT NOT NULL,
    -- JSON: what went back when they were parted.
    went TEXT,
    merged_at BIGINT NOT NULL,
    undo_until BIGINT NOT NULL,
    undone_at BIGINT,
    undone_by TEXT,
    undone_key TEXT UNIQUE,
    CHECK (kept_id <> merged_id)
);
CREATE UNIQUE INDEX member_merges_once ON member_merges (merged_id) WHERE undone_at IS NULL;
CREATE INDEX member_merges_kept ON member_merges (kept_id, id);
{no_delete member_merges}

-- Which rows became the kept member's: `what` is their table and column.
CREATE TABLE merge_moves (
    id {id},
    merge_id BIGINT NOT NULL REFERENCES member_merges (id),
    what TEXT NOT NULL,
    row_id BIGINT NOT NULL,
    UNIQUE (merge_id, what, row_id)
);
{append_only merge_moves}

-- A lot changes hands with all that is ever given back to it. `after_id` is the last transaction
-- before it did, or the one that booked it: `transaction_id`, where anything was left to book.
CREATE TABLE lot_moves (
    id {id},
    merge_id BIGINT NOT NULL REFERENCES member_merges (id),
    lot_id BIGINT NOT NULL REFERENCES lots (id),
    from_account_id BIGINT NOT NULL REFERENCES ledger_accounts (id),
    to_account_id BIGINT NOT NULL REFERENCES ledger_accounts (id),
    transaction_id BIGINT REFERENCES ledger_transactions (id),
    after_id BIGINT NOT NULL,
    CHECK (from_account_id <> to_account_id),
    CHECK (transaction_id IS NULL OR transaction_id = after_id)
);
CREATE INDEX lot_moves_lot ON lot_moves (lot_id, id);
CREATE INDEX lot_moves_merge ON lot_moves (merge_id);
{append_only lot_moves}

-- Nothing is booked on the accounts of a merged member: whoever waited for them finds them closed.
ALTER TABLE ledger_accounts ADD COLUMN closed BOOLEAN NOT NULL DEFAULT FALSE
    CHECK (NOT closed OR (balance = 0 AND held = 0 AND debt = 0));

CREATE INDEX members_merged_into ON members (merged_into) WHERE merged_into IS NOT NULL;
