"""What counts for a tier (考察期): the members' standing and measures in a window of days.

The window is the last `window_days` days up to and including its last day, in days of the shop.
As long as that day is not over everything since the first day counts, so that a receipt from a till
whose clock is ahead counts at once.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.shop_file.reading import LadderTerms, Tier
from loyalty.standings import Standing
from loyalty.tiers import GROUND, Measures, Standards, place_of, rungs_of
from services.shop import Shop
from storage.sql import Row
from storage.tiers import Window, members_after, read_progress

BATCH = 500


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in force, from low to high, and by which terms they are reached and kept."""

    terms: LadderTerms
    rungs: tuple[Tier, ...] = (GROUND,)

    @property
    def counts_visits(self) -> bool:
        """Whether purchases must be looked at besides the ledger."""
        return any(tier.visits or tier.spend_fen for tier in self.rungs)

    def place(self, standing: Standing | None) -> int:
        return place_of(self.rungs, standing.tier, standing.growth) if standing else 0

    def window(self, last_day: date) -> tuple[date | None, date]:
        """First and last day that count."""
        days = self.terms.window_days
        return last_day - timedelta(days=days - 1) if days else None, last_day


@dataclass(frozen=True, slots=True)
class Progress:
    """A member's standing, None for who never rose, and what was reached in the window."""

    member_id: int
    standing: Standing | None
    measures: Measures


def ladder_of(shop: Shop) -> Ladder:
    return Ladder(shop.rules.ladder, rungs_of(shop.rules.tiers))


async def progress_of(
    shop: Shop, member_id: int, *, ladder: Ladder, last_day: date | None = None
) -> Progress:
    """One read; the window is the one of `last_day`, else of today."""
    [progress] = await progress_of_many(shop, [member_id], ladder=ladder, last_day=last_day)
    return progress


async def progress_of_many(
    shop: Shop, member_ids: Sequence[int], *, ladder: Ladder, last_day: date | None = None
) -> list[Progress]:
    """One read for up to a few hundred members, in order of id."""
    today = shop.today()
    first_day, _ = ladder.window(last_day or today)
    is_over = last_day is not None and last_day < today
    found = await read_progress(
        member_ids,
        Window(first_day, last_day if is_over else None),
        visit_from_fen=ladder.terms.visit_from_fen,
        with_visits=ladder.counts_visits,
    )
    return [_progress(line) for line in found]


async def progress_of_everybody(
    shop: Shop, *, ladder: Ladder, last_day: date | None = None
) -> AsyncIterator[Progress]:
    """All active members, by batches of one read each."""
    member_id = 0
    while member_ids := await members_after(member_id, BATCH):
        for progress in await progress_of_many(shop, member_ids, ladder=ladder, last_day=last_day):
            yield progress
        member_id = member_ids[-1]


def facts_of(
    shop: Shop, ladder: Ladder, standards: Standards, *, last_day: date
) -> dict[str, object]:
    """What 为什么 needs to tell how a decision came about, without reckoning it again."""
    first_day, _ = ladder.window(last_day)
    return {
        "rules": shop.rules.version,
        "tier_name": standards.tier.name,
        "window_days": ladder.terms.window_days,
        "first_day": first_day.isoformat() if first_day else None,
        "last_day": last_day.isoformat(),
        "match": standards.tier.match,
        "conditions": [
            {"measure": item.measure, "have": item.have, "need": item.need}
            for item in standards.conditions
        ],
    }


def _progress(line: Row) -> Progress:
    measures = Measures(
        growth=max(0, line["measured_growth"]),
        visits=line["visits"],
        spend_fen=max(0, line["spend_fen"]),
    )
    standing = None if line["tier"] is None else Standing.from_data(line)
    return Progress(line["member_id"], standing, measures)
