"""Stale details (待核资料): members with what nobody has confirmed for long, or bounced."""

from datetime import date

from loyalty.details import CHECKED
from storage.reach import reach_filter
from storage.sql import Row, places, rows

EXTRAS_CHECKED = ", ".join(f"'{name}'" for name in CHECKED if name != "phone")
FRESH = """
(SELECT 1 FROM detail_marks k WHERE k.member_id = m.id AND k.name = {name}
 AND k.bounced_on IS NULL AND k.verified_on > $1)
"""
IS_STALE = f"""
((m.phone_sealed IS NOT NULL AND NOT EXISTS {FRESH.format(name="'phone'")})
 OR EXISTS (SELECT 1 FROM member_details d WHERE d.member_id = m.id
 AND d.name IN ({EXTRAS_CHECKED}) AND NOT EXISTS {FRESH.format(name="d.name")}))
"""
# All members of the stores at once: to ask for each by itself takes three times as long.
STALE_BY_MEMBER = f"""
SELECT f.store_id, MAX(CASE WHEN k.bounced_on IS NULL AND k.verified_on > $1 THEN 0 ELSE 1 END)
 AS stale FROM (SELECT m.id, m.home_store_id AS store_id, 'phone' AS name FROM members m
 WHERE m.phone_sealed IS NOT NULL AND m.state = 'active' AND {{among}}
 UNION ALL SELECT m.id, m.home_store_id, d.name FROM member_details d
 JOIN members m ON m.id = d.member_id
 WHERE d.name IN ({EXTRAS_CHECKED}) AND m.state = 'active' AND {{among}}) f
LEFT JOIN detail_marks k ON k.member_id = f.id AND k.name = f.name GROUP BY f.store_id, f.id
"""


async def stale_members(
    stores: frozenset[int] | None, *, since: date, offset: int, limit: int
) -> list[Row]:
    """Members in that reach with a detail that was not confirmed after `since`, oldest first."""
    condition, values = reach_filter(stores, first=2)
    return await rows(
        "SELECT m.id, m.member_no, m.name_sealed FROM members m WHERE m.state = 'active'"
        f" AND {IS_STALE} AND {condition} ORDER BY m.id LIMIT {limit} OFFSET {offset}",
        since.isoformat(),
        *values,
    )


async def verified_by_store(stores: frozenset[int] | None, *, since: date, limit: int) -> list[Row]:
    """Home store, members with anything to confirm, and how many of them are stale; worst first."""
    among, values = "m.home_store_id IS NOT NULL", sorted(stores or ())
    if stores is not None:
        among = f"m.home_store_id IN ({places(len(stores), first=2)})"
    return await rows(
        "SELECT store_id, COUNT(*) AS total, SUM(stale) AS stale"
        f" FROM ({STALE_BY_MEMBER.format(among=among)}) counted GROUP BY store_id"
        f" ORDER BY SUM(stale) * 100 / COUNT(*) DESC, store_id LIMIT {limit}",
        since.isoformat(),
        *values,
    )
