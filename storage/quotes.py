"""Rows of quotes (报价), and the reads they are reckoned from."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import Row, change, insert, places, row, rows

# Where a member stands: one statement, because people wait for its answer in a chat. Lots that
# lapsed but await tonight's expiry run are no longer spendable.
MEANS = """
SELECT t.tier, t.growth,
  COALESCE((SELECT balance - held FROM ledger_accounts
     WHERE member_id = m.id AND unit = 'points' AND name = 'member'), 0)
  - COALESCE((SELECT SUM(l.remaining) FROM lots l JOIN ledger_accounts a ON a.id = l.account_id
     WHERE a.member_id = m.id AND a.unit = 'points' AND l.remaining > 0 AND l.expires_on < $2), 0)
  AS points
FROM members m LEFT JOIN member_tiers t ON t.member_id = m.id WHERE m.id = $1
"""


async def read_means(member_id: int, today: date) -> Row:
    """`tier` and `growth`, empty for those who never moved, and spendable `points`."""
    found = await row(MEANS, member_id, today.isoformat())
    assert found is not None, member_id
    return found


async def coupons_by_code(codes: Sequence[str]) -> list[Row]:
    if not codes:
        return []
    return await rows(f"SELECT * FROM coupons WHERE code IN ({places(len(codes))})", *codes)


async def insert_quote(**values: Any) -> None:
    await insert("quotes", values)


async def locked_quote(quote_id: str) -> Row | None:
    """Until the transaction ends nobody else pays it."""
    return await row(
        "UPDATE quotes SET purchase_id = purchase_id WHERE quote_id = $1 RETURNING *", quote_id
    )


async def pay_quote(quote_row_id: int, purchase_id: int) -> bool:
    """False when another purchase was first."""
    return bool(
        await change(
            "UPDATE quotes SET purchase_id = $2 WHERE id = $1 AND purchase_id IS NULL",
            quote_row_id,
            purchase_id,
        )
    )


async def delete_unpaid_quotes(expired_before: datetime) -> int:
    return await change(
        "DELETE FROM quotes WHERE purchase_id IS NULL AND expires_at < $1", to_ms(expired_before)
    )
