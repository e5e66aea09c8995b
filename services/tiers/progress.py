"""What a member is told of a tier (等级进度、权益): from the very rules that decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.shop_file.reading import Tier
from loyalty.standings import may_have_grace
from loyalty.tiers import Measures, Standards, deserved_place, standards
from services.shop import Shop
from services.tiers.measures import Ladder, Progress, facts_of, ladder_of, progress_of

__all__ = [
    "Benefits",
    "Keeping",
    "Outlook",
    "Standards",
    "Tier",
    "TierProgress",
    "benefits_of",
    "tier_after_spending",
    "tier_progress",
]


# Of each rung that was told about, by what it is looked at for: as facts_of keeps them.
Facts = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Keeping:
    """What keeps a rung after `until_on`, and what comes if it does not.

    `is_kept`: by what is there today, also where the rung is deserved anew.
    """

    asked: Standards
    is_kept: bool
    until_on: date
    lower: Tier
    pinned_until: date | None
    grace_days: int
    is_grace: bool

    @property
    def review_on(self) -> date:
        return self.until_on + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TierProgress:
    """Where a member stands; `next` is None on the highest rung, `keeping` on the lowest."""

    tier: Tier
    measures: Measures
    window_days: int
    visit_from_fen: int
    next: Standards | None
    keeping: Keeping | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where one more purchase would lead."""

    tier: Tier
    rises: bool
    next: Standards | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class Benefits:
    tier: Tier
    next: Tier | None
    points_per_yuan: int
    boosts: tuple[str, ...]


async def tier_progress(shop: Shop, member_id: int) -> TierProgress:
    """Two reads on a rung with a term: its review counts other days than a rise does."""
    ladder = ladder_of(shop)
    progress = await progress_of(shop, member_id, ladder=ladder)
    place = ladder.place(progress.standing)
    coming = _next(ladder, place, progress.measures)
    keeping = await _keeping(shop, ladder, progress)
    facts = _facts(shop, ladder, next=coming)
    if keeping is not None:
        facts["keep"] = facts_of(shop, ladder, keeping.asked, last_day=keeping.until_on)
    return TierProgress(
        tier=ladder.rungs[place],
        measures=progress.measures,
        window_days=ladder.terms.window_days,
        visit_from_fen=ladder.terms.visit_from_fen,
        next=coming,
        keeping=keeping,
        facts=facts,
    )


async def tier_after_spending(shop: Shop, member_id: int, amount_fen: int) -> Outlook:
    """What if (如果再消费): the rung after one more purchase of so much, by the same reckoning."""
    ladder = ladder_of(shop)
    progress = await progress_of(shop, member_id, ladder=ladder)
    measures = progress.measures.after_spending(
        amount_fen, visit_from_fen=ladder.terms.visit_from_fen
    )
    place, deserved = ladder.place(progress.standing), deserved_place(ladder.rungs, measures)
    reached, rises = max(place, deserved), deserved > place
    coming = _next(ladder, reached, measures)
    here = standards(ladder.rungs[reached], measures) if rises else None
    facts = _facts(shop, ladder, reached=here, next=coming)
    return Outlook(ladder.rungs[reached], rises, coming, facts)


def benefits_of(shop: Shop, tier: Tier) -> Benefits:
    """What a rung entitles to, and which rung comes next."""
    rungs = ladder_of(shop).rungs
    place = rungs.index(tier)
    boosts = [
        boost.name
        for boost in shop.rules.point_boosts
        if tier.code in boost.scope.tiers
        and (boost.scope.last_day is None or boost.scope.last_day >= shop.today())
    ]
    return Benefits(
        tier=tier,
        next=rungs[place + 1] if place + 1 < len(rungs) else None,
        points_per_yuan=shop.rules.points.points_per_yuan,
        boosts=tuple(boosts),
    )


async def _keeping(shop: Shop, ladder: Ladder, progress: Progress) -> Keeping | None:
    standing, place = progress.standing, ladder.place(progress.standing)
    if standing is None or standing.until_on is None or place == 0:
        return None
    until_on = standing.until_on
    by_then = await progress_of(shop, progress.member_id, ladder=ladder, last_day=until_on)
    grace = timedelta(days=ladder.terms.grace_days)
    asked = standards(ladder.rungs[place], by_then.measures, percent=ladder.terms.keep_percent)
    return Keeping(
        asked=asked,
        is_kept=asked.holds or deserved_place(ladder.rungs, by_then.measures) >= place,
        until_on=until_on,
        lower=ladder.rungs[place - 1],
        pinned_until=standing.pinned_until,
        grace_days=grace.days if may_have_grace(standing, until_on) else 0,
        is_grace=standing.grace_on is not None and standing.grace_on + grace == until_on,
    )


def _facts(
    shop: Shop, ladder: Ladder, **asked: Standards | None
) -> dict[str, Mapping[str, object]]:
    """By the days up to today."""
    today = shop.today()
    return {
        name: facts_of(shop, ladder, item, last_day=today) for name, item in asked.items() if item
    }


def _next(ladder: Ladder, place: int, measures: Measures) -> Standards | None:
    if place + 1 == len(ladder.rungs):
        return None
    return standards(ladder.rungs[place + 1], measures)
