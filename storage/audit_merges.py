"""Truths of merges (合并对账): what changed hands did so whole, and nothing stayed behind.

Like storage.audit_ledger: every question must have an empty answer.
"""

from storage.audit_ledger import Truth

LEFT_BEHIND = " UNION ALL ".join(
    f"SELECT 'member ' || m.id AS who, 'merged, but has {what} ' || x.id AS what FROM members m"
    f" JOIN {table} x ON x.member_id = m.id WHERE m.merged_into IS NOT NULL"
    for table, what in (
        ("followers", "follower"),
        ("purchases", "purchase"),
        ("claims", "claim"),
        ("topups", "top-up"),
        ("wallet_holds", "hold"),
    )
)

MERGE_TRUTHS = (
    Truth(
        "misplaced_lot",
        """
SELECT 'lot ' || v.lot_id, 'moved from account ' || v.from_account_id || ' to '
       || v.to_account_id || ', it is on ' || l.account_id
  FROM (SELECT m.lot_id, m.from_account_id, m.to_account_id,
               LAG(m.to_account_id) OVER (PARTITION BY m.lot_id ORDER BY m.id) AS was_on,
               LEAD(m.id) OVER (PARTITION BY m.lot_id ORDER BY m.id) AS next_id
          FROM lot_moves m) v JOIN lots l ON l.id = v.lot_id
 WHERE v.was_on <> v.from_account_id OR (v.next_id IS NULL AND l.account_id <> v.to_account_id)
""",
    ),
    Truth(
        "misplaced_lot",
        """
SELECT 'lot ' || m.lot_id, 'moved between accounts ' || f.id || ' and ' || t.id
       || ', which merge ' || g.id || ' has nothing to do with'
  FROM lot_moves m JOIN member_merges g ON g.id = m.merge_id
  JOIN ledger_accounts f ON f.id = m.from_account_id
  JOIN ledger_accounts t ON t.id = m.to_account_id
 WHERE f.unit <> t.unit OR f.name <> 'member' OR t.name <> 'member'
    OR NOT ((f.member_id = g.merged_id AND t.member_id = g.kept_id)
         OR (f.member_id = g.kept_id AND t.member_id = g.merged_id))
""",
    ),
    Truth(
        "merge_fault",
        """
SELECT 'transaction ' || t.id, 'a merge that books on account ' || e.account_id
  FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
  JOIN ledger_accounts a ON a.id = e.account_id
  LEFT JOIN member_merges g ON 'merge:' || g.id = REPLACE(t.key, 'unmerge:', 'merge:')
 WHERE t.kind IN ('merge', 'unmerge')
   AND (g.id IS NULL OR a.member_id IS NULL OR a.member_id NOT IN (g.kept_id, g.merged_id))
""",
    ),
    Truth(
        "merge_fault",
        """
SELECT 'member ' || m.id, m.state || ', merged into ' || COALESCE(m.merged_into, 0)
       || ', by merges that stand: ' || COUNT(g.id)
  FROM members m LEFT JOIN member_merges g ON g.merged_id = m.id AND g.undone_at IS NULL
 GROUP BY m.id, m.state, m.merged_into
HAVING (m.merged_into IS NOT NULL) <> (COUNT(g.id) = 1)
    OR (m.merged_into IS NOT NULL AND m.state <> 'closed')
""",
    ),
    Truth(
        "merge_fault",
        """
SELECT 'member ' || a.member_id, 'merged, but has account ' || a.id || ' of ' || a.unit
       || ' with balance ' || a.balance || ' and ' || COUNT(l.id) || ' lots'
  FROM members m JOIN ledger_accounts a ON a.member_id = m.id
  LEFT JOIN lots l ON l.account_id = a.id WHERE m.merged_into IS NOT NULL
 GROUP BY a.id, a.member_id, a.unit, a.balance, a.debt, a.closed
HAVING NOT a.closed OR a.balance <> 0 OR a.debt <> 0 OR COUNT(l.id) > 0
""",
    ),
    Truth(
        "merge_fault",
        """
SELECT 'account ' || a.id, 'closed, but nobody whose it is was merged'
  FROM ledger_accounts a LEFT JOIN members m ON m.id = a.member_id
 WHERE a.closed AND m.merged_into IS NULL
""",
    ),
    Truth("merge_fault", f"SELECT who, what FROM ({LEFT_BEHIND}) AS left_behind"),
)
