"""Standing on a rung (等级期限): since when, through which day, and what a review decides then.

A term runs through the end of the month `term_months` later; the next one begins where it ended.
At its end a rung is kept with `keep_percent` of what it asks for, else there is one grace
(宽限期) in 24 months, else it goes one step down. In between only the return of the very purchase
that raised the member takes a rung away.
"""

import calendar
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum

from loyalty.shop_file.terms import LadderTerms, Tier
from loyalty.tiers import Standards, place_of

GRACE_MONTHS = 24
GIFT_MONTHS = 24
RETURN_DAYS = 30
DAYS = ("since_on", "until_on", "pinned_until", "grace_on")


class MoveReason(StrEnum):
    """Why a member's standing is what it is."""

    REACHED = "reached"
    KEPT = "kept"
    GRACE = "grace"
    STEPPED_DOWN = "stepped_down"
    RETURNED = "returned"
    PINNED = "pinned"
    UNPINNED = "unpinned"


@dataclass(frozen=True, slots=True)
class Standing:
    """A member on a rung; `growth` is what the rung asked for then, in whole growth.

    `reached_by` is the purchase that raised the member. The lowest rung has no last day.
    """

    tier: str
    growth: int
    since_on: date
    until_on: date | None = None
    pinned_until: date | None = None
    grace_on: date | None = None
    reached_by: int | None = None

    def as_data(self) -> dict[str, object]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in values.items()
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "Standing":
        """From a row or from JSON, which may say more."""
        values = {field.name: data[field.name] for field in fields(cls)}
        for name in DAYS:
            if values[name] is not None:
                values[name] = date.fromisoformat(str(values[name]))
        return cls(**values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Past:
    """What a member stood on before a rise that a return can still undo, and before that."""

    standing: Standing
    before: "Past | None" = None

    def as_data(self) -> dict[str, object]:
        before = self.before.as_data() if self.before else None
        return {**self.standing.as_data(), "before": before}

    @classmethod
    def from_data(cls, data: object) -> "Past | None":
        if not isinstance(data, Mapping):
            return None
        return cls(Standing.from_data(data), cls.from_data(data.get("before")))


def months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last; `months` may be negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def term_end(day: date, months: int) -> date:
    """The end of the month so many months later: 2027-01-31 and 12 give 2028-01-31."""
    later = months_later(day, months)
    return later.replace(day=calendar.monthrange(later.year, later.month)[1])


def risen(
    rungs: Sequence[Tier], place: int, *, terms: LadderTerms, today: date, was: Standing | None
) -> Standing:
    """On a higher rung from today on, for a whole term."""
    return Standing(
        tier=rungs[place].code,
        growth=rungs[place].growth,
        since_on=today,
        until_on=term_end(today, terms.term_months),
        grace_on=was.grace_on if was else None,
    )


def reviewed(
    standing: Standing,
    rungs: Sequence[Tier],
    *,
    keep: Standards,
    deserves_it: bool,
    terms: LadderTerms,
) -> tuple[MoveReason, Standing]:
    """What happens when a term has ended; `keep` is as of its last day.

    Who deserves the rung anew by the day of the review keeps it as well.
    """
    ended_on = standing.until_on
    assert ended_on is not None, standing
    place = place_of(rungs, standing.tier, standing.growth)
    if keep.holds or deserves_it:
        return MoveReason.KEPT, _on(rungs, place, standing, ended_on=ended_on, terms=terms)
    if terms.grace_days and may_have_grace(standing, ended_on):
        longer = ended_on + timedelta(days=terms.grace_days)
        return MoveReason.GRACE, replace(
            standing, until_on=longer, grace_on=ended_on, pinned_until=None
        )
    lower = _on(rungs, place - 1, standing, ended_on=ended_on, terms=terms)
    since_on = ended_on + timedelta(days=1)
    return MoveReason.STEPPED_DOWN, replace(lower, since_on=since_on, reached_by=None)


def may_have_grace(standing: Standing, ended_on: date) -> bool:
    return standing.grace_on is None or months_later(standing.grace_on, GRACE_MONTHS) <= ended_on


def fallen(
    standing: Standing,
    past: Past | None,
    rungs: Sequence[Tier],
    *,
    deserved: int,
    returned: Collection[int],
    today: date,
) -> tuple[Standing, Past | None]:
    """Where the return of raising purchases leaves a member, not lower than is deserved.

    A rung held before the rise is taken up again with the term it had; a rung between is held
    for the term of the rise.
    """
    while _place(rungs, standing) > deserved and may_fall(standing, returned, today):
        assert past is not None, "a purchase raised the member from somewhere"
        if _place(rungs, past.standing) < deserved:
            tier = rungs[deserved]
            return replace(standing, tier=tier.code, growth=tier.growth), past
        standing, past = past.standing, past.before
    return standing, past


def may_fall(standing: Standing, returned: Collection[int], today: date) -> bool:
    """Reached within the last 30 days by a purchase of which something came back."""
    is_fresh = (today - standing.since_on).days <= RETURN_DAYS
    return standing.reached_by in returned and is_fresh


def recent_past(standing: Standing, past: Past | None, today: date) -> Past:
    """What to remember with a rise: nothing that no return can reach any more."""
    is_fresh = (today - standing.since_on).days <= RETURN_DAYS
    return Past(standing, past if standing.reached_by is not None and is_fresh else None)


def _on(
    rungs: Sequence[Tier], place: int, standing: Standing, *, ended_on: date, terms: LadderTerms
) -> Standing:
    """A new term on a rung; nobody is reviewed on the lowest."""
    return replace(
        standing,
        tier=rungs[place].code,
        growth=rungs[place].growth,
        until_on=term_end(ended_on, terms.term_months) if place else None,
        pinned_until=None,
    )


def _place(rungs: Sequence[Tier], standing: Standing) -> int:
    return place_of(rungs, standing.tier, standing.growth)
