"""Lifecycle (生命周期): the stage a member is in, by how often they used to come (field-rules D7).

Whoever came three times is measured by their own rhythm; of others only the calendar is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from loyalty.shop_file.parts import ShopTerms

VISITS_FOR_RHYTHM = 3
NEWEST_INTERVALS = 12
SHORTEST_DORMANT_DAYS = 14


class Stage(StrEnum):
    PROSPECT = "prospect"
    NEW = "new"
    ACTIVE = "active"
    COOLING = "cooling"
    DORMANT = "dormant"
    LOST = "lost"
    REGAINED = "regained"


STAGE_WORDS = {
    Stage.PROSPECT: "潜客",
    Stage.NEW: "新客",
    Stage.ACTIVE: "活跃",
    Stage.COOLING: "降温",
    Stage.DORMANT: "沉睡",
    Stage.LOST: "流失",
    Stage.REGAINED: "回归",
}


@dataclass(frozen=True, slots=True)
class LifecycleTerms(ShopTerms):
    """Days without a visit; the times are those of somebody's own interval.

    With `contact_counts` a message of the member counts like a visit against falling asleep.
    """

    new_days: int = 30
    cooling_days: int = 45
    dormant_days: int = 90
    lost_days: int = 365
    cooling_times: int = 2
    dormant_times: int = 3
    contact_counts: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often somebody comes. `median_days` only from three visits on."""

    visits: int = 0
    first_on: date | None = None
    last_on: date | None = None
    back_on: date | None = None
    median_days: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """From so many quiet days on somebody is cooling, dormant, lost."""

    cooling: int
    dormant: int
    lost: int


def rhythm_of(days: Sequence[date], terms: LifecycleTerms) -> Rhythm:
    """From the days of all visits in order; two stores on one day are two visits."""
    if not days:
        return Rhythm()
    intervals = [(later - earlier).days for earlier, later in pairwise(sorted(set(days)))]
    usual = round(median(intervals[-NEWEST_INTERVALS:])) if intervals else None
    known = usual if len(intervals) + 1 >= VISITS_FOR_RHYTHM else None
    found = Rhythm(len(days), days[0], days[-1], median_days=known)
    return Rhythm(found.visits, found.first_on, found.last_on, _back_on(days, found, terms), known)


def limits_of(rhythm: Rhythm, terms: LifecycleTerms) -> Limits:
    cooling, dormant = terms.cooling_days, terms.dormant_days
    if rhythm.median_days is not None:
        dormant = max(terms.dormant_times * rhythm.median_days, SHORTEST_DORMANT_DAYS)
        cooling = max(terms.cooling_times * rhythm.median_days, SHORTEST_DORMANT_DAYS // 2)
    dormant = min(dormant, terms.lost_days - 1)
    return Limits(min(cooling, dormant - 1), dormant, terms.lost_days)


def stage_on(
    rhythm: Rhythm, today: date, terms: LifecycleTerms, *, heard_on: date | None = None
) -> Stage:
    """`heard_on`: when they last wrote, where that counts."""
    if rhythm.last_on is None or rhythm.first_on is None:
        return Stage.PROSPECT
    limits = limits_of(rhythm, terms)
    quiet = (today - max(rhythm.last_on, heard_on or rhythm.last_on)).days
    if quiet >= limits.lost:
        return Stage.LOST
    if quiet >= limits.dormant:
        return Stage.DORMANT
    if quiet >= limits.cooling:
        return Stage.COOLING
    if rhythm.back_on is not None and (today - rhythm.back_on).days < terms.new_days:
        return Stage.REGAINED
    is_new = (today - rhythm.first_on).days < terms.new_days
    return Stage.NEW if is_new else Stage.ACTIVE


def next_change_on(
    rhythm: Rhythm, today: date, terms: LifecycleTerms, *, heard_on: date | None = None
) -> date | None:
    """The first day after today on which another stage holds if nobody comes until then."""
    if rhythm.last_on is None or rhythm.first_on is None:
        return None
    limits = limits_of(rhythm, terms)
    since = max(rhythm.last_on, heard_on or rhythm.last_on)
    turns = [since + timedelta(days=days) for days in (limits.cooling, limits.dormant, limits.lost)]
    begun = [rhythm.first_on, rhythm.back_on or rhythm.first_on]
    turns += [day + timedelta(days=terms.new_days) for day in begun]
    return min((day for day in turns if day > today), default=None)


def _back_on(days: Sequence[date], rhythm: Rhythm, terms: LifecycleTerms) -> date | None:
    """The newest visit that ended a sleep."""
    dormant = limits_of(rhythm, terms).dormant
    returns = [later for earlier, later in pairwise(days) if (later - earlier).days >= dormant]
    return returns[-1] if returns else None
