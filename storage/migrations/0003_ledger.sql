-- The ledger (台账): append-only double entry with lots, holds, reversals and debt.

-- A member has one account a unit, which carries the balance row, and one for what is owed.
CREATE TABLE ledger_accounts (
    id {id},
    member_id BIGINT REFERENCES members (id),
    unit TEXT NOT NULL,
    name TEXT NOT NULL,
    balance BIGINT NOT NULL DEFAULT 0 CHECK (balance >= 0),
    held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0 AND held <= balance),
    debt BIGINT NOT NULL DEFAULT 0 CHECK (debt >= 0),
    CHECK (name = 'member' OR (balance = 0 AND held = 0 AND debt = 0)),
    CHECK ((name IN ('member', 'debt')) = (member_id IS NOT NULL))
);
CREATE UNIQUE INDEX ledger_accounts_member ON ledger_accounts (member_id, unit, name)
    WHERE member_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_accounts_counter ON ledger_accounts (unit, name)
    WHERE member_id IS NULL;

-- Counter-accounts keep no balance row of their own: everyone would queue for it.
INSERT INTO ledger_accounts (unit, name)
SELECT unit, name FROM
    (SELECT 'points' AS unit UNION ALL SELECT 'growth' UNION ALL SELECT 'principal'
     UNION ALL SELECT 'bonus' UNION ALL SELECT 'visits') AS units,
    (SELECT 'issued' AS name UNION ALL SELECT 'redeemed' UNION ALL SELECT 'expired'
     UNION ALL SELECT 'sold' UNION ALL SELECT 'refunded' UNION ALL SELECT 'adjusted') AS names;

CREATE TABLE ledger_transactions (
    id {id},
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    actor TEXT NOT NULL,
    reverses_id BIGINT REFERENCES ledger_transactions (id),
    occurred_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    digest TEXT NOT NULL
);
{append_only ledger_transactions}

CREATE TABLE ledger_entries (
    id {id},
    transaction_id BIGINT NOT NULL REFERENCES ledger_transactions (id),
    account_id BIGINT NOT NULL REFERENCES ledger_accounts (id),
    amount BIGINT NOT NULL CHECK (amount <> 0)
);
CREATE INDEX ledger_entries_transaction ON ledger_entries (transaction_id);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, id);
{append_only ledger_entries}

CREATE TABLE lots (
    id {id},
    account_id BIGINT NOT NULL REFERENCES ledger_accounts (id),
    entry_id BIGINT NOT NULL REFERENCES ledger_entries (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    remaining BIGINT NOT NULL CHECK (remaining >= 0 AND remaining <= amount),
    expires_on TEXT,
    opened_at BIGINT NOT NULL
);
CREATE INDEX lots_open ON lots (account_id, expires_on) WHERE remaining > 0;
CREATE INDEX lots_expiring ON lots (expires_on) WHERE remaining > 0 AND expires_on IS NOT NULL;
{no_delete lots}

CREATE TABLE lot_allocations (
    id {id},
    entry_id BIGINT NOT NULL REFERENCES ledger_entries (id),
    lot_id BIGINT NOT NULL REFERENCES lots (id),
    amount BIGINT NOT NULL CHECK (amount <> 0)
);
CREATE INDEX lot_allocations_lot ON lot_allocations (lot_id);
CREATE INDEX lot_allocations_entry ON lot_allocations (entry_id);
{append_only lot_allocations}

CREATE TABLE holds (
    id {id},
    account_id BIGINT NOT NULL REFERENCES ledger_accounts (id),
    key TEXT NOT NULL UNIQUE,
    amount BIGINT NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'captured', 'voided', 'expired')),
    captured BIGINT NOT NULL DEFAULT 0 CHECK (captured >= 0 AND captured <= amount),
    expires_at BIGINT NOT NULL
);
{no_delete holds}
