"""Rows of views (浏览): what somebody looked at on which day, and what they bought since."""

from datetime import date, datetime

from storage.instants import to_ms
from storage.sql import insert, rows


async def add_view(member_id: int, *, sku: str, category: str, day: date, now: datetime) -> bool:
    """False when the same was looked at on the same day."""
    added = await insert(
        "product_views",
        {
            "member_id": member_id,
            "sku": sku,
            "category": category,
            "viewed_on": day.isoformat(),
            "viewed_at": now,
        },
        conflict="ON CONFLICT (member_id, sku, category, viewed_on) DO NOTHING",
    )
    return added is not None


async def lines_bought_since(member_id: int, since: datetime) -> list[str]:
    """The lines of each purchase, as JSON."""
    found = await rows(
        "SELECT lines FROM purchases WHERE member_id = $1 AND paid_at >= $2",
        member_id,
        to_ms(since),
    )
    return [line["lines"] for line in found]
