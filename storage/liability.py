"""Rows of the liability (储值负债): what is owed on cards, and which store took and served."""

from typing import Any

from storage.sql import rows

# A pair belongs to the store of the till that sold it; bonus that came back late to none.
OWED = """
SELECT s.code AS store, a.unit, SUM(l.remaining) AS amount
  FROM lots l JOIN ledger_accounts a ON a.id = l.account_id
  JOIN ledger_entries e ON e.id = l.entry_id
  LEFT JOIN topups u ON u.transaction_id = e.transaction_id
  LEFT JOIN tills t ON t.id = u.till_id
  LEFT JOIN stores s ON s.id = t.store_id
 WHERE a.unit IN ('principal', 'bonus') AND l.remaining > 0
 GROUP BY s.code, a.unit
"""
SOLD = """
SELECT s.code AS store, SUM(u.paid_fen) AS amount
  FROM topups u JOIN tills t ON t.id = u.till_id JOIN stores s ON s.id = t.store_id
 WHERE u.state <> 'withdrawn' GROUP BY s.code
"""
PAID_OUT = """
SELECT s.code AS store, -SUM(x.amount) AS amount
  FROM ledger_transactions r JOIN ledger_entries p ON p.transaction_id = r.id
  JOIN lot_allocations x ON x.entry_id = p.id JOIN lots l ON l.id = x.lot_id
  JOIN ledger_accounts a ON a.id = l.account_id
  JOIN ledger_entries e ON e.id = l.entry_id
  JOIN topups u ON u.transaction_id = e.transaction_id
  JOIN tills t ON t.id = u.till_id JOIN stores s ON s.id = t.store_id
 WHERE r.kind = 'card_refund' AND a.unit = 'principal' AND u.state <> 'withdrawn'
 GROUP BY s.code
"""
SERVED = """
SELECT s.code AS store,
       SUM(h.captured_fen - h.captured_bonus_fen - h.returned_fen + h.returned_bonus_fen) AS amount
  FROM wallet_holds h JOIN tills t ON t.id = h.till_id JOIN stores s ON s.id = t.store_id
 WHERE h.state = 'captured' GROUP BY s.code
"""


async def owed() -> list[dict[str, Any]]:
    """By issuing store and unit what is left on cards."""
    return await rows(OWED)


async def principal_sold() -> dict[str, int]:
    return _by_store(await rows(SOLD))


async def principal_paid_out() -> dict[str, int]:
    """What card refunds paid out, by the store that had sold it."""
    return _by_store(await rows(PAID_OUT))


async def principal_served() -> dict[str, int]:
    """What was spent at each store, less what its refunds gave back."""
    return _by_store(await rows(SERVED))


def _by_store(found: list[dict[str, Any]]) -> dict[str, int]:
    return {line["store"]: int(line["amount"]) for line in found}
