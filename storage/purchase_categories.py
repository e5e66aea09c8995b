"""Purchases by category of goods (品类消费): rows that say what of a receipt each one is worth."""

from collections.abc import Mapping

from storage.sql import Row, Values, change, rows


async def put_categories(
    purchase_id: int, amounts: Mapping[str, int], *, replaces: bool = True
) -> None:
    """One statement for all of them; without `replaces` what is known already stands."""
    if not amounts:
        return
    values = Values()
    purchase = values(purchase_id)
    lines = ", ".join(
        f"({purchase}, {values(category)}, {values(fen)})" for category, fen in amounts.items()
    )
    known = "UPDATE SET amount_fen = excluded.amount_fen" if replaces else "NOTHING"
    await change(
        f"INSERT INTO purchase_categories (purchase_id, category, amount_fen) VALUES {lines}"
        f" ON CONFLICT (purchase_id, category) DO {known}",
        *values.all,
    )


async def purchases_after(purchase_id: int, limit: int) -> list[Row]:
    return await rows(
        "SELECT id, paid_fen, lines, refunded_fen FROM purchases WHERE id > $1"
        " ORDER BY id LIMIT $2",
        purchase_id,
        limit,
    )
