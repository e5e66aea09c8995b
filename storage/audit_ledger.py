"""Truths across the ledger (台账对账): each a question to the tables whose answer must be empty.

An answer is a subject and the figures that contradict each other.
"""

from typing import NamedTuple


class Truth(NamedTuple):
    """`{count}` stands for how often a coupon's terms let it be used, told by each database."""

    kind: str
    question: str


# A member's account by its text.
WHOSE = "'member ' || a.member_id || ', ' || a.unit"
TOTALS = "(SELECT account_id, SUM(amount) AS total FROM ledger_entries GROUP BY account_id)"

LEDGER_TRUTHS = (
    Truth(
        "wrong_balance",
        f"""
SELECT {WHOSE}, 'balance ' || a.balance || ', its entries give ' || COALESCE(t.total, 0)
  FROM ledger_accounts a LEFT JOIN {TOTALS} t ON t.account_id = a.id
 WHERE a.name = 'member' AND a.balance <> COALESCE(t.total, 0)
""",
    ),
    Truth(
        "wrong_balance",
        f"""
SELECT {WHOSE}, 'debt ' || a.debt || ', its entries give ' || -COALESCE(t.total, 0)
  FROM ledger_accounts a LEFT JOIN ledger_accounts d
    ON d.member_id = a.member_id AND d.unit = a.unit AND d.name = 'debt'
  LEFT JOIN {TOTALS} t ON t.account_id = d.id
 WHERE a.name = 'member' AND a.debt <> -COALESCE(t.total, 0)
""",
    ),
    Truth(
        "wrong_balance",
        f"""
SELECT {WHOSE}, 'entries of account debt sum to ' || t.total || ', but there is no balance'
  FROM ledger_accounts a JOIN {TOTALS} t ON t.account_id = a.id
  LEFT JOIN ledger_accounts m
    ON m.member_id = a.member_id AND m.unit = a.unit AND m.name = 'member'
 WHERE a.name = 'debt' AND m.id IS NULL AND t.total <> 0
""",
    ),
    Truth(
        "wrong_balance",
        f"""
SELECT {WHOSE}, 'balance ' || a.balance || ', its lots hold ' || COALESCE(l.remaining, 0)
  FROM ledger_accounts a LEFT JOIN
   (SELECT account_id, SUM(remaining) AS remaining FROM lots GROUP BY account_id) l
    ON l.account_id = a.id
 WHERE a.name = 'member' AND a.unit IN ('points', 'principal', 'bonus')
   AND a.balance <> COALESCE(l.remaining, 0)
""",
    ),
    Truth(
        "wrong_hold",
        f"""
SELECT {WHOSE}, a.held || ' held, in its lots ' || COALESCE(l.held, 0)
  FROM ledger_accounts a LEFT JOIN
   (SELECT account_id, SUM(held) AS held FROM lots GROUP BY account_id) l ON l.account_id = a.id
 WHERE a.name = 'member' AND a.held <> COALESCE(l.held, 0)
""",
    ),
    Truth(
        "wrong_hold",
        """
SELECT 'lot ' || l.id, l.held || ' held, for open holds ' || COALESCE(d.held, 0)
  FROM lots l LEFT JOIN
   (SELECT d.lot_id, SUM(d.amount) AS held FROM hold_draws d
      JOIN wallet_holds h ON h.id = d.hold_id WHERE h.state = 'open' GROUP BY d.lot_id) d
    ON d.lot_id = l.id
 WHERE l.held <> COALESCE(d.held, 0)
""",
    ),
    Truth(
        "negative_figure",
        f"""
SELECT {WHOSE}, 'balance ' || a.balance || ', held ' || a.held || ', debt ' || a.debt
  FROM ledger_accounts a
 WHERE a.debt < 0 OR a.held < 0 OR a.held > a.balance
    OR (a.name <> 'member' AND (a.balance <> 0 OR a.debt <> 0))
""",
    ),
    Truth(
        "overdrawn_lot",
        """
SELECT 'lot ' || l.id, l.remaining || ' remain of ' || l.amount || ', allocations leave '
       || (l.amount + COALESCE(x.total, 0))
  FROM lots l LEFT JOIN
   (SELECT lot_id, SUM(amount) AS total FROM lot_allocations GROUP BY lot_id) x ON x.lot_id = l.id
 WHERE l.remaining <> l.amount + COALESCE(x.total, 0)
    OR l.remaining < l.held OR l.held < 0 OR l.remaining > l.amount
""",
    ),
    # Activity moves last days later, where points lapse by inactivity; nothing else moves them.
    Truth(
        "moved_last_day",
        """
SELECT 'lot ' || l.id, 'lapses after ' || COALESCE(l.expires_on, 'never') || ', opened with '
       || COALESCE(l.opened_until, 'never')
  FROM lots l JOIN ledger_accounts a ON a.id = l.account_id
 WHERE COALESCE(l.expires_on, '') <> COALESCE(l.opened_until, '')
   AND NOT (a.unit = 'points' AND l.expires_on > l.opened_until AND LENGTH(l.expires_on) = 10
            AND EXISTS (SELECT 1 FROM rules WHERE body LIKE '%inactive:%'))
""",
    ),
    Truth(
        "allocation_after_expiry",
        """
SELECT 'lot ' || x.lot_id, 'used by transaction ' || later.transaction_id || ', lapsed in '
       || e.transaction_id
  FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
  JOIN lot_allocations x ON x.entry_id = e.id
  JOIN lot_allocations y ON y.lot_id = x.lot_id AND y.id > x.id
  JOIN ledger_entries later ON later.id = y.entry_id
 WHERE t.kind = 'expire' AND later.transaction_id <> e.transaction_id
""",
    ),
    Truth(
        "replay_fault",
        f"""
SELECT {WHOSE}, 'account ' || a.name || ' came to ' || r.running || ' in transaction '
       || r.transaction_id
  FROM (SELECT e.account_id, e.transaction_id, m.name,
               SUM(e.amount) OVER (PARTITION BY e.account_id ORDER BY e.id) AS running
          FROM ledger_entries e JOIN ledger_accounts m ON m.id = e.account_id
         WHERE m.member_id IS NOT NULL) r
  JOIN ledger_accounts a ON a.id = r.account_id
 WHERE (r.name = 'debt' AND r.running > 0) OR (r.name <> 'debt' AND r.running < 0)
""",
    ),
    Truth(
        "repeated_key",
        """
SELECT key, 'transactions ' || MIN(id) || ' and ' || MAX(id)
  FROM ledger_transactions GROUP BY key HAVING COUNT(*) > 1
""",
    ),
    Truth(
        "reversal_fault",
        """
SELECT 'transaction ' || t.id, 'undoes transaction ' || t.reverses_id || ', which is not before it'
  FROM ledger_transactions t LEFT JOIN ledger_transactions o ON o.id = t.reverses_id
 WHERE t.reverses_id IS NOT NULL AND (o.id IS NULL OR o.id >= t.id)
""",
    ),
    Truth(
        "account_fault",
        """
SELECT 'accounts of the shop', known || ' of 30 are there' FROM
 (SELECT COUNT(*) AS known FROM ledger_accounts WHERE member_id IS NULL
     AND unit IN ('points', 'growth', 'principal', 'bonus', 'visits')
     AND name IN ('issued', 'redeemed', 'expired', 'sold', 'refunded', 'adjusted')) counted
 WHERE known <> 30
""",
    ),
    Truth(
        "account_fault",
        """
SELECT 'account ' || id, 'of unit ' || unit || ' and name ' || name
  FROM ledger_accounts
 WHERE unit NOT IN ('points', 'growth', 'principal', 'bonus', 'visits')
    OR (member_id IS NOT NULL AND name NOT IN ('member', 'debt'))
""",
    ),
    Truth(
        "account_fault",
        """
SELECT 'member ' || member_id || ', ' || unit, COUNT(*) || ' accounts ' || name
  FROM ledger_accounts WHERE member_id IS NOT NULL
 GROUP BY member_id, unit, name HAVING COUNT(*) > 1
""",
    ),
    Truth(
        "account_fault",
        """
SELECT 'account ' || a.id, 'of member ' || a.member_id || ', who is not there'
  FROM ledger_accounts a LEFT JOIN members m ON m.id = a.member_id
 WHERE a.member_id IS NOT NULL AND m.id IS NULL
""",
    ),
)
