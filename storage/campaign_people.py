"""Rows of whom a campaign by time is for (营销对象): by number, a page after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.instants import to_ms
from storage.sql import Part, Row, Values, change, rows

# After so long nobody is missed any more: they are lost, which is another campaign's.
LONGEST_QUIET = timedelta(days=1500)


async def everybody(meant: Part | None, *, after: int, limit: int) -> list[Row]:
    return await _page("m.id FROM members m", "", Values(), meant, after=after, limit=limit)


async def born_on(
    indexes: Sequence[str], meant: Part | None, *, after: int, limit: int
) -> list[Row]:
    """By the digests of a day's birthdays."""
    values = Values()
    found = f"m.birthday_index IN ({', '.join(map(values, indexes))}) AND "
    return await _page("m.id FROM members m", found, values, meant, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class Spared:
    """Whom a campaign has had its turn with since then."""

    campaign: str
    since: datetime

    def condition(self, values: Values) -> str:
        return (
            "NOT EXISTS (SELECT 1 FROM campaign_effects e WHERE e.member_id = m.id"
            f" AND e.campaign = {values(self.campaign)}"
            f" AND e.done_at >= {values.number(to_ms(self.since))})"
        )


async def quiet_members(
    meant: Part | None, *, until: date, spared: Spared, after: int, limit: int
) -> list[Row]:
    """Whoever has bought and was not there on this day, with their rhythm."""
    values = Values()
    days = [values(day.isoformat()) for day in (until - LONGEST_QUIET, until)]
    source = (
        "m.id, r.last_on, r.median_days FROM members m JOIN member_rhythms r ON r.member_id = m.id"
    )
    found = f"r.last_on BETWEEN {days[0]} AND {days[1]} AND {spared.condition(values)} AND "
    return await _page(source, found, values, meant, after=after, limit=limit)


async def _page(
    source: str, found: str, values: Values, meant: Part | None, *, after: int, limit: int
) -> list[Row]:
    condition = f" AND {meant(values)}" if meant is not None else ""
    return await rows(
        f"SELECT {source} WHERE {found}m.state = 'active' AND m.id > {values.number(after)}"
        f"{condition} ORDER BY m.id LIMIT {values.number(limit)}",
        *values.all,
    )


async def tag_member(member_id: int, tag: str, *, reason: str, now: datetime) -> None:
    """A tag that the member has stays with the reason it has."""
    await change(
        "INSERT INTO member_tags (member_id, tag, source, reason, tagged_at)"
        " VALUES ($1, $2, 'campaign', $3, $4) ON CONFLICT (member_id, tag) DO NOTHING",
        member_id,
        tag,
        reason,
        to_ms(now),
    )


async def members_on_rung(tier: str, *, base: str, after: int, limit: int) -> list[int]:
    """By number; whoever never rose stands on the lowest, `base`."""
    found = await rows(
        "SELECT m.id FROM members m LEFT JOIN member_tiers t ON t.member_id = m.id"
        " WHERE m.state = 'active' AND m.id > $3 AND COALESCE(t.tier, $2) = $1"
        " ORDER BY m.id LIMIT $4",
        tier,
        base,
        after,
        limit,
    )
    return [line["id"] for line in found]
