"""Truths of the shop (业务对账): purchases, claims, coupons and stored value against the ledger,
seats against sign-ups.

Like storage.audit_ledger: every question must have an empty answer.
"""

from storage.audit_ledger import Truth

# What stands on the member's two accounts by a posting, in points and in hundredths of growth.
MOVED = """
SELECT t.key, SUM(CASE WHEN a.unit = 'points' THEN e.amount ELSE 0 END) AS points,
       SUM(CASE WHEN a.unit = 'growth' THEN e.amount ELSE 0 END) AS growth
  FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
  JOIN ledger_accounts a ON a.id = e.account_id
 WHERE a.member_id IS NOT NULL AND (t.key LIKE 'purchase%' OR t.key LIKE 'refund%')
 GROUP BY t.key
"""
STANDING = """
WITH moved AS ({moved}),
refunded AS (SELECT r.purchase_id, SUM(r.refunded_fen) AS fen, SUM(m.points) AS points,
                    SUM(m.growth) AS growth, SUM(back.points) AS returned
  FROM refunds r LEFT JOIN moved m ON m.key = 'refund:' || r.id
  LEFT JOIN moved back ON back.key = 'refund-points:' || r.id
 WHERE r.state = 'done' GROUP BY r.purchase_id)
SELECT 'purchase ' || p.id, {message}
  FROM purchases p LEFT JOIN moved m ON m.key = 'purchase:' || p.id
  LEFT JOIN moved spent ON spent.key = 'purchase-points:' || p.id
  LEFT JOIN refunded r ON r.purchase_id = p.id
 WHERE {wrong}
"""
POINTS = "(COALESCE(m.points, 0) + COALESCE(r.points, 0))"
GROWTH = "(COALESCE(m.growth, 0) + COALESCE(r.growth, 0))"
SPENT = "-COALESCE(spent.points, 0)"
ON_ACCOUNT = """
SELECT e.transaction_id, SUM(CASE WHEN a.unit = 'principal' THEN e.amount ELSE 0 END) AS principal,
       SUM(CASE WHEN a.unit = 'bonus' THEN e.amount ELSE 0 END) AS bonus, MIN(a.member_id) AS owner
  FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
 WHERE a.name = 'member' AND a.unit IN ('principal', 'bonus') GROUP BY e.transaction_id
"""
# Whose account a posting is on: the member's own, or of one who has become that member.
ANOTHERS = """
(m.owner <> {mine}.member_id AND NOT EXISTS
  (SELECT 1 FROM members o WHERE o.id = m.owner AND o.merged_into = {mine}.member_id))
"""

SHOP_TRUTHS = (
    Truth(
        "purchase_fault",
        STANDING.format(
            moved=MOVED,
            message="p.points_standing || ' points and ' || p.growth_standing"
            f" || ' growth stand, the ledger has ' || {POINTS} || ' and ' || {GROWTH}",
            wrong=f"p.points_standing <> {POINTS} OR p.growth_standing <> {GROWTH}",
        ),
    ),
    Truth(
        "purchase_fault",
        STANDING.format(
            moved=MOVED,
            message="'it says ' || p.points_spent || ' points were paid, ' || p.points_returned"
            f" || ' returned, the ledger ' || {SPENT} || ' and ' || COALESCE(r.returned, 0)",
            wrong=f"p.points_spent <> {SPENT} OR p.points_returned <> COALESCE(r.returned, 0)",
        ),
    ),
    Truth(
        "purchase_fault",
        """
SELECT 'purchase ' || p.id, p.refunded_fen || ' fen are refunded, its refunds have '
       || COALESCE(r.fen, 0)
  FROM purchases p LEFT JOIN (SELECT purchase_id, SUM(refunded_fen) AS fen FROM refunds
    WHERE state = 'done' GROUP BY purchase_id) r ON r.purchase_id = p.id
 WHERE p.refunded_fen <> COALESCE(r.fen, 0) OR p.refunded_fen > p.paid_fen
""",
    ),
    Truth(
        "claim_fault",
        """
SELECT 'claim ' || c.id, 'credited without its purchase or its points'
  FROM claims c LEFT JOIN purchases p ON p.id = c.purchase_id
  LEFT JOIN ledger_transactions t ON t.key = 'purchase:' || c.purchase_id
 WHERE c.state = 'credited' AND (p.id IS NULL OR p.member_id IS NULL
    OR p.member_id <> c.member_id OR (t.id IS NULL AND c.points > 0))
""",
    ),
    Truth(
        "claim_fault",
        """
SELECT 'receipt ' || receipt_seq || ' of till ' || till_id, 'claimed ' || COUNT(*) || ' times'
  FROM claims GROUP BY till_id, receipt_seq, key_epoch HAVING COUNT(*) > 1
""",
    ),
    Truth(
        "code_fault",
        """
SELECT 'member ' || member_id, 'a code of step ' || step || ' was used ' || COUNT(*) || ' times'
  FROM member_code_uses GROUP BY member_id, step, uses HAVING COUNT(*) > 1
""",
    ),
    Truth(
        "quote_fault",
        """
SELECT 'quote ' || q.id, 'paid by purchase ' || q.purchase_id || ', which is another'
  FROM quotes q LEFT JOIN purchases p ON p.id = q.purchase_id
 WHERE q.purchase_id IS NOT NULL AND (p.id IS NULL OR p.till_id <> q.till_id
    OR p.paid_fen <> q.payable_fen OR p.points_spent <> q.points)
""",
    ),
    Truth(
        "quote_fault",
        """
SELECT 'purchase ' || purchase_id, 'paid ' || COUNT(*) || ' quotes'
  FROM quotes WHERE purchase_id IS NOT NULL GROUP BY purchase_id HAVING COUNT(*) > 1
""",
    ),
    Truth(
        "coupon_fault",
        """
SELECT 'coupon ' || c.id, c.uses_left || ' uses left and ' || COALESCE(u.active, 0) || ' used of '
       || COALESCE({count}, 1) || ', ' || c.state
  FROM coupons c LEFT JOIN (SELECT coupon_id, COUNT(*) AS active FROM coupon_uses
    WHERE state IN ('held', 'used') GROUP BY coupon_id) u ON u.coupon_id = c.id
 WHERE CASE WHEN c.state = 'void' THEN c.uses_left <> 0
       ELSE c.uses_left + COALESCE(u.active, 0) <> COALESCE({count}, 1)
         OR (c.state = 'used') <> (c.uses_left = 0) END
""",
    ),
    Truth(
        "coupon_fault",
        """
SELECT 'coupon ' || coupon_id, 'used ' || COUNT(*) || ' times at receipt ' || receipt_no
  FROM coupon_uses WHERE state IN ('held', 'used')
 GROUP BY coupon_id, till_id, receipt_no HAVING COUNT(*) > 1
""",
    ),
    Truth(
        "coupon_fault",
        """
SELECT 'coupon ' || c.id, 'on offer without a gift, or with ' || COUNT(g.id)
  FROM coupons c LEFT JOIN coupon_gifts g ON g.coupon_id = c.id AND g.state = 'open'
 GROUP BY c.id, c.offered_at
HAVING COUNT(g.id) <> CASE WHEN c.offered_at IS NULL THEN 0 ELSE 1 END
""",
    ),
    Truth(
        "activity_fault",
        """
SELECT 'activity ' || a.id, a.taken || ' seats are taken, its sign-ups have ' || COUNT(s.id)
  FROM activities a LEFT JOIN activity_signups s
    ON s.activity_id = a.id AND s.state IN ('seated', 'attended', 'no_show')
 GROUP BY a.id, a.taken HAVING a.taken <> COUNT(s.id)
""",
    ),
    Truth(
        "wallet_fault",
        f"""
SELECT 'hold ' || h.id, h.state || ', ' || h.captured_fen || ' fen captured, '
       || h.captured_bonus_fen || ' of it bonus, the ledger has '
       || COALESCE(-m.principal - m.bonus, 0) || ' and ' || COALESCE(-m.bonus, 0)
  FROM wallet_holds h LEFT JOIN ({ON_ACCOUNT}) m ON m.transaction_id = h.transaction_id
 WHERE h.captured_fen <> COALESCE(-m.principal - m.bonus, 0)
    OR h.captured_bonus_fen <> COALESCE(-m.bonus, 0) OR {ANOTHERS.format(mine="h")}
    OR (h.state = 'captured') <> (h.transaction_id IS NOT NULL)
    OR (h.state = 'open') <> (h.ended_at IS NULL)
""",
    ),
    Truth(
        "wallet_fault",
        """
SELECT 'transaction ' || transaction_id, 'captured for ' || COUNT(*) || ' holds'
  FROM wallet_holds WHERE transaction_id IS NOT NULL GROUP BY transaction_id HAVING COUNT(*) > 1
""",
    ),
    Truth(
        "wallet_fault",
        f"""
SELECT 'top-up ' || u.id, u.paid_fen || ' and ' || u.bonus_fen || ' fen, the ledger has '
       || COALESCE(m.principal, 0) || ' and ' || COALESCE(m.bonus, 0)
  FROM topups u LEFT JOIN ({ON_ACCOUNT}) m ON m.transaction_id = u.transaction_id
 WHERE u.paid_fen <> COALESCE(m.principal, 0) OR u.bonus_fen <> COALESCE(m.bonus, 0)
    OR {ANOTHERS.format(mine="u")}
""",
    ),
    Truth(
        "wallet_fault",
        """
SELECT 'purchase ' || p.id, p.stored_fen || ' fen paid with stored value, '
       || p.stored_returned_fen || ' returned, its hold has ' || COALESCE(h.captured_fen, 0)
       || ' and ' || COALESCE(h.returned_fen, 0)
  FROM purchases p LEFT JOIN wallet_holds h
    ON h.till_id = p.till_id AND h.receipt_no = p.receipt_no AND h.state = 'captured'
 WHERE (h.id IS NULL AND p.stored_fen > 0) OR (h.id IS NOT NULL
   AND (p.stored_returned_fen + h.captured_fen - p.stored_fen <> h.returned_fen
     OR p.stored_fen <> CASE WHEN h.captured_fen < p.paid_fen THEN h.captured_fen
                             ELSE p.paid_fen END))
""",
    ),
)
