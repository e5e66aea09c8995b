"""Rows of entry gifts (升级礼): which rung gave a member something, when, and what came back."""

from collections.abc import Sequence
from datetime import date

from storage.sql import Row, change, places, row, rows

STANDING = "member_id = $1 AND tier = $2 AND given_on > $3 AND taken_back_on IS NULL"


async def take_entry_gift(member_id: int, tier: str, *, today: date, not_since: date) -> int | None:
    """The number of today's entry gift; None when the member has something of one of this rung
    given after `not_since`."""
    found = await row(
        "INSERT INTO tier_gifts (member_id, tier, given_on) SELECT $1, $2, $4"
        f" WHERE NOT EXISTS (SELECT 1 FROM tier_gifts WHERE {STANDING})"
        " ON CONFLICT DO NOTHING RETURNING id",
        member_id,
        tier,
        not_since.isoformat(),
        today.isoformat(),
    )
    return int(found["id"]) if found else None


async def keep_entry_gift(member_id: int, tier: str, *, not_since: date) -> None:
    """The rung was reached anew: what is left of an undone gift is the member's again."""
    await change(
        f"UPDATE tier_gifts SET undone_on = NULL WHERE {STANDING} AND undone_on IS NOT NULL",
        member_id,
        tier,
        not_since.isoformat(),
    )


async def undo_entry_gifts(
    member_id: int, tiers: Sequence[str], *, given_from: date, today: date
) -> list[Row]:
    """What these rungs gave since a day is the member's no longer: the gifts' numbers and tiers."""
    return await rows(
        "UPDATE tier_gifts SET undone_on = $1 WHERE member_id = $2 AND given_on >= $3"
        f" AND undone_on IS NULL AND tier IN ({places(len(tiers), first=4)})"
        " RETURNING id, tier",
        today.isoformat(),
        member_id,
        given_from.isoformat(),
        *tiers,
    )


async def void_if_undone(coupon_id: int, gift_id: int) -> bool:
    """End a coupon of an undone gift, unless a friend has it by now; ask with the coupon locked."""
    return bool(
        await change(
            "UPDATE coupons SET state = 'void', uses_left = 0 WHERE id = $1 AND state = 'issued'"
            " AND member_id = (SELECT member_id FROM tier_gifts"
            " WHERE id = $2 AND undone_on IS NOT NULL)",
            coupon_id,
            gift_id,
        )
    )


async def end_if_nothing_is_left(gift_id: int, keys: Sequence[str], *, today: date) -> None:
    """An undone gift is taken back once all its coupons are void and no use of one stands."""
    await change(
        "UPDATE tier_gifts SET taken_back_on = $1 WHERE id = $2 AND undone_on IS NOT NULL"
        " AND taken_back_on IS NULL AND NOT EXISTS (SELECT 1 FROM coupons c"
        f" WHERE c.key IN ({places(len(keys), first=3)}) AND (c.state <> 'void' OR EXISTS"
        " (SELECT 1 FROM coupon_uses u WHERE u.coupon_id = c.id AND u.state IN ('held', 'used'))))",
        today.isoformat(),
        gift_id,
        *keys,
    )
