"""Rows of entry gifts (升级礼): which rung gave a member something, and when."""

from collections.abc import Sequence
from datetime import date

from storage.sql import Row, places, row, rows


async def take_entry_gift(member_id: int, tier: str, *, today: date, not_since: date) -> int | None:
    """The number of today's entry gift; None when the member keeps one of this rung given after
    `not_since`."""
    found = await row(
        "INSERT INTO tier_gifts (member_id, tier, given_on) SELECT $1, $2, $3"
        " WHERE NOT EXISTS (SELECT 1 FROM tier_gifts WHERE member_id = $1 AND tier = $2"
        " AND given_on > $4 AND taken_back_on IS NULL) ON CONFLICT DO NOTHING RETURNING id",
        member_id,
        tier,
        today.isoformat(),
        not_since.isoformat(),
    )
    return int(found["id"]) if found else None


async def end_entry_gifts(
    member_id: int, tiers: Sequence[str], *, given_from: date, today: date
) -> list[Row]:
    """Take back what these rungs gave since a day: the gifts' numbers and tiers."""
    return await rows(
        "UPDATE tier_gifts SET taken_back_on = $1 WHERE member_id = $2 AND given_on >= $3"
        f" AND taken_back_on IS NULL AND tier IN ({places(len(tiers), first=4)})"
        " RETURNING id, tier",
        today.isoformat(),
        member_id,
        given_from.isoformat(),
        *tiers,
    )
