"""Two memberships of one person for tests: what both have, before and after they are merged."""

from collections import Counter

from loyalty.person import Person
from services.custody.verify import verify_ledger
from services.merges.merging import Merged, merge_members, undo_merge
from services.shop import Shop
from storage.sql import rows
from tests.services.posting import member_id_of


async def merge(shop: Shop, kept: Person, merged: Person, *, key: str = "merge") -> Merged:
    kept_id, merged_id = member_id_of(kept), member_id_of(merged)
    return await merge_members(shop, kept_id, merged_id, by="staff:1", reason="same", key=key)


async def part(shop: Shop, merged: Merged, *, key: str = "part") -> Merged:
    return await undo_merge(shop, merged.merge_id, by="staff:1", key=key)


async def figures_of(person: Person) -> dict[str, int]:
    """Balances and debt of a member, what is nothing left out."""
    found = await rows(
        "SELECT unit, balance, debt FROM ledger_accounts WHERE name = 'member' AND member_id = $1",
        member_id_of(person),
    )
    figures = {line["unit"]: line["balance"] for line in found}
    figures["debt"] = sum(line["debt"] for line in found)
    return {name: amount for name, amount in figures.items() if amount}


async def sums() -> Counter[str]:
    """What all members have together."""
    found = await rows(
        "SELECT unit, SUM(balance) AS balance, SUM(debt) AS debt FROM ledger_accounts"
        " WHERE name = 'member' GROUP BY unit"
    )
    total = Counter({line["unit"]: int(line["balance"]) for line in found})
    total["debt"] = sum(int(line["debt"]) for line in found)
    return +total


async def lots_of(person: Person) -> list[tuple[str, int, int, str | None]]:
    """(unit, amount, left, last day) of every lot, oldest first."""
    found = await rows(
        "SELECT a.unit, l.amount, l.remaining, l.expires_on FROM lots l"
        " JOIN ledger_accounts a ON a.id = l.account_id WHERE a.member_id = $1 ORDER BY l.id",
        member_id_of(person),
    )
    return [(line["unit"], line["amount"], line["remaining"], line["expires_on"]) for line in found]


async def books_are_right(shop: Shop) -> None:
    assert (await verify_ledger(shop)).complaints == ()
