"""Rows of coupons (券)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from storage.instants import to_ms
from storage.models import Coupon
from storage.sql import Row, change, places, row, rows

COLUMNS = (
    "id, key, code, kind, member_id, terms, state, uses_left, cause, offered_at, hops,"
    " starts_on, ends_on, issued_at"
)


async def insert_coupon(**values: Any) -> int:
    coupon = await Coupon.create(**values)
    coupon_id: int = coupon.id
    return coupon_id


async def coupon_by_key(key: str) -> Row | None:
    return await row(f"SELECT {COLUMNS} FROM coupons WHERE key = $1", key)


async def coupons_by_keys(keys: Sequence[str]) -> list[Row]:
    """Those with these keys, whoever has them by now."""
    return await rows(
        f"SELECT {COLUMNS} FROM coupons WHERE key IN ({places(len(keys))}) ORDER BY id", *keys
    )


async def coupons_of(member_id: int, today: date) -> list[Row]:
    """What a member has that is neither used up nor past its last day; soonest to end first."""
    return await rows(
        f"SELECT {COLUMNS} FROM coupons WHERE member_id = $1 AND state = 'issued'"
        " AND uses_left > 0 AND ends_on >= $2 ORDER BY ends_on, id",
        member_id,
        today.isoformat(),
    )


async def lock_coupon(code: str) -> Row | None:
    """The coupon as it is now, held until the transaction ends."""
    return await row(
        f"UPDATE coupons SET uses_left = uses_left WHERE code = $1 RETURNING {COLUMNS}", code
    )


async def take_use(coupon_id: int) -> bool:
    """Use it once; False when somebody was first, or a friend may take it at any moment."""
    return bool(
        await change(
            "UPDATE coupons SET uses_left = uses_left - 1,"
            " state = CASE WHEN uses_left = 1 THEN 'used' ELSE state END"
            " WHERE id = $1 AND state = 'issued' AND uses_left >= 1 AND offered_at IS NULL",
            coupon_id,
        )
    )


async def give_back_use(coupon_id: int) -> int:
    """How often it can be used now. A void coupon (a membership that ended, a gift taken back)
    stays void."""
    found = await row(
        "UPDATE coupons SET uses_left = uses_left + 1, state = 'issued'"
        " WHERE id = $1 AND state IN ('issued', 'used') RETURNING uses_left",
        coupon_id,
    )
    return int(found["uses_left"]) if found else 0


async def prolong_coupon(coupon_id: int, ends_on: date) -> None:
    """Move the last day later, never earlier."""
    await change(
        "UPDATE coupons SET ends_on = $1 WHERE id = $2 AND ends_on < $1",
        ends_on.isoformat(),
        coupon_id,
    )


async def void_unused(coupon_id: int, uses: int, today: date) -> bool:
    """End a lapsed coupon of which nothing was used; False when something was, or it lives on."""
    return bool(
        await change(
            "UPDATE coupons SET state = 'void', uses_left = 0"
            " WHERE id = $1 AND state = 'issued' AND uses_left = $2 AND ends_on < $3",
            coupon_id,
            uses,
            today.isoformat(),
        )
    )


async def void_coupons_of(keys: Sequence[str], member_id: int, now: datetime) -> int:
    """End what this member still has of the coupons with these keys, also on offer; how many.

    They are locked first, so that of one given back at this moment it sees what became.
    """
    mine = f"member_id = $1 AND key IN ({places(len(keys), first=2)})"
    await change(f"UPDATE coupons SET uses_left = uses_left WHERE {mine}", member_id, *keys)
    voided = await change(
        "UPDATE coupons SET state = 'void', uses_left = 0, offered_at = NULL"
        f" WHERE {mine} AND state = 'issued'",
        member_id,
        *keys,
    )
    await change(
        "UPDATE coupon_gifts SET state = 'withdrawn', ended_at = $1 WHERE state = 'open'"
        " AND giver_id = $2 AND coupon_id IN (SELECT id FROM coupons"
        f" WHERE key IN ({places(len(keys), first=3)}))",
        to_ms(now),
        member_id,
        *keys,
    )
    return voided


ENDING = "state = 'issued' AND uses_left > 0 AND ends_on BETWEEN $1 AND $2"


async def coupons_ending(first: date, last: date, *, after: int, members: int) -> list[Row]:
    """Usable coupons whose last day lies in these days, of so many members by number."""
    return await rows(
        f"SELECT {COLUMNS} FROM coupons WHERE {ENDING} AND member_id IN (SELECT DISTINCT member_id"
        f" FROM coupons WHERE {ENDING} AND member_id > $3 ORDER BY member_id LIMIT $4)"
        " ORDER BY member_id, ends_on, id",
        first.isoformat(),
        last.isoformat(),
        after,
        members,
    )


async def set_offered(coupon_id: int, member_id: int, offered_at: datetime) -> bool:
    """Put it on offer to a friend; False when it is used, on offer, or another's by now."""
    return bool(
        await change(
            "UPDATE coupons SET offered_at = $1 WHERE id = $2 AND member_id = $3"
            " AND state = 'issued' AND uses_left >= 1 AND offered_at IS NULL",
            to_ms(offered_at),
            coupon_id,
            member_id,
        )
    )


async def take_back_offer(coupon_id: int) -> None:
    await change("UPDATE coupons SET offered_at = NULL WHERE id = $1", coupon_id)


async def hand_over(coupon_id: int, giver_id: int, taker_id: int, *, cause: str) -> bool:
    """Make it the friend's; False when it is no longer on offer by the giver."""
    return bool(
        await change(
            "UPDATE coupons SET member_id = $1, offered_at = NULL, hops = hops + 1, cause = $2"
            " WHERE id = $3 AND member_id = $4 AND state = 'issued' AND uses_left >= 1"
            " AND offered_at IS NOT NULL",
            taker_id,
            cause,
            coupon_id,
            giver_id,
        )
    )
