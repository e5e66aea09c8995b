"""Reach (权限范围): which members belong to the stores somebody may read about."""

from storage.sql import places, row, rows


def reach_filter(
    stores: frozenset[int] | None, member: str = "m", *, first: int = 1
) -> tuple[str, list[int]]:
    """The condition on `member`, an alias of members, and its values, numbered from `first`.

    A member belongs to the home store and to every store of a purchase; one tied to no store at
    all belongs to everybody. None is the whole brand.
    """
    if stores is None:
        return "1 = 1", []
    bought = f"SELECT 1 FROM purchases bought WHERE bought.member_id = {member}.id"
    untied = f"({member}.home_store_id IS NULL AND NOT EXISTS ({bought}))"
    if not stores:
        return untied, []
    among = f"IN ({places(len(stores), first=first)})"
    tied = f"{member}.home_store_id {among} OR EXISTS ({bought} AND bought.store_id {among})"
    return f"({tied} OR {untied})", sorted(stores)


async def is_member_of(member_id: int, stores: frozenset[int] | None) -> bool:
    """Whether this member is in that reach; nobody who does not exist is."""
    condition, values = reach_filter(stores, first=2)
    found = await row(
        f"SELECT 1 AS one FROM members m WHERE m.id = $1 AND {condition}", member_id, *values
    )
    return found is not None


async def stores_of_member(member_id: int) -> frozenset[int]:
    """The home store and the stores of all purchases; none for who is everybody's."""
    found = await rows(
        "SELECT home_store_id AS store_id FROM members"
        " WHERE id = $1 AND home_store_id IS NOT NULL"
        " UNION SELECT store_id FROM purchases WHERE member_id = $1 AND store_id IS NOT NULL",
        member_id,
    )
    return frozenset(line["store_id"] for line in found)
