"""Lots that change hands (批次转移): with a merge, and with its way back."""

from collections.abc import Mapping, Sequence

from storage.sql import Row, change, places, rows

LOTS_OF = """
SELECT l.id, a.unit, l.remaining, l.held FROM lots l JOIN ledger_accounts a ON a.id = l.account_id
 WHERE {which} ORDER BY l.id
"""
UPTO = """
(SELECT COALESCE(MAX(e.transaction_id), 0) FROM ledger_entries e WHERE e.account_id IN ($2, $3))
"""


async def lots_of_accounts(account_ids: Sequence[int]) -> list[Row]:
    """Every lot there ever was on them, used up or not."""
    which = f"l.account_id IN ({places(len(account_ids))})"
    return await rows(LOTS_OF.format(which=which), *account_ids)


async def lots_that_came(merge_id: int, account_ids: Sequence[int]) -> list[Row]:
    """Those of a merge that are on these accounts still."""
    which = (
        "l.id IN (SELECT lot_id FROM lot_moves WHERE merge_id = $1)"
        f" AND l.account_id IN ({places(len(account_ids), first=2)})"
    )
    return await rows(LOTS_OF.format(which=which), merge_id, *account_ids)


async def owners_of_lots(lot_ids: Sequence[int]) -> dict[int, int]:
    """Whose each lot is now."""
    found = await rows(
        "SELECT l.id, a.member_id FROM lots l JOIN ledger_accounts a ON a.id = l.account_id"
        f" WHERE l.id IN ({places(len(lot_ids))})",
        *lot_ids,
    )
    return {line["id"]: line["member_id"] for line in found}


async def move_lots(
    merge_id: int, ways: Mapping[int, int], *, transaction_id: int | None, only_back: bool
) -> int:
    """Move all lots of each account to the other one, or `only_back` those the merge brought.

    The books are read with it: what was drawn from a lot before is right on the account before.
    """
    came = "AND id IN (SELECT lot_id FROM lot_moves WHERE merge_id = $1)"
    moved = 0
    for from_id, to_id in ways.items():
        await change(
            "INSERT INTO lot_moves"
            " (merge_id, lot_id, from_account_id, to_account_id, transaction_id, after_id)"
            " SELECT CAST($1 AS BIGINT), id, account_id, CAST($3 AS BIGINT), CAST($4 AS BIGINT),"
            f" COALESCE(CAST($4 AS BIGINT), {UPTO}) FROM lots"
            f" WHERE account_id = $2 {came if only_back else ''}",
            merge_id,
            from_id,
            to_id,
            transaction_id,
        )
        moved += await change(
            f"UPDATE lots SET account_id = $3 WHERE account_id = $2 {came}",
            merge_id,
            from_id,
            to_id,
        )
    return moved


async def growth_returned_since(
    kept_account_id: int, merged_account_id: int, *, after_id: int
) -> int:
    """What refunds have taken, on the kept member's account, of what the merged one had earned."""
    found = await rows(
        "SELECT -COALESCE(SUM(e.amount), 0) AS returned FROM ledger_entries e"
        " JOIN ledger_transactions t ON t.id = e.transaction_id"
        " JOIN ledger_entries o ON o.transaction_id = t.reverses_id AND o.account_id = $2"
        " WHERE e.account_id = $1 AND e.transaction_id > $3",
        kept_account_id,
        merged_account_id,
        after_id,
    )
    return int(found[0]["returned"])
