"""Expiry (积分过期): how long points live, and which of them lapse next.

All days are the shop's own calendar days and a lot is usable through its last day.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from loyalty.points import Lot

Kind = Literal["days", "month_end", "year_end", "inactive", "never"]

WITH_DAYS = re.compile(r"(inactive:)?([1-9][0-9]{0,4})d")
WITHOUT_DAYS: dict[str, Kind] = {
    "month_end": "month_end",
    "year_end": "year_end",
    "never": "never",
}
MAXIMUM_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class ExpiryPolicy:
    """When points that were earned on a day stop being usable."""

    kind: Kind
    days: int = 0

    @classmethod
    @functools.cache
    def parse(cls, text: str) -> "ExpiryPolicy":
        if text in WITHOUT_DAYS:
            return cls(WITHOUT_DAYS[text])
        match = WITH_DAYS.fullmatch(text)
        if match is None or int(match.group(2)) > MAXIMUM_DAYS:
            raise ValueError(
                f"{text!r} is no way for points to expire; write a number of days such as "
                '"365d", or "month_end", "year_end", "inactive:180d" or "never"'
            )
        return cls("inactive" if match.group(1) else "days", int(match.group(2)))

    def __str__(self) -> str:
        if self.kind == "inactive":
            return f"inactive:{self.days}d"
        return f"{self.days}d" if self.kind == "days" else self.kind

    def expires_on(self, earned_on: date, last_active_on: date | None = None) -> date | None:
        """The last usable day, or None where points never lapse."""
        match self.kind:
            case "never":
                return None
            case "month_end":
                return _month_end(earned_on)
            case "year_end":
                return date(earned_on.year, 12, 31)
            case "inactive":
                return max(earned_on, last_active_on or earned_on) + timedelta(days=self.days)
            case "days":
                return earned_on + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Expiry:
    """So many points whose last usable day is the same."""

    expires_on: date
    points: int


def next_expiries(lots: Iterable[Lot], today: date, *, limit: int = 3) -> list[Expiry]:
    """The nearest last days with what lapses after each; naming only the first misleads."""
    points_by_day: Counter[date] = Counter()
    for lot in lots:
        if lot.expires_on is not None and lot.is_live(today):
            points_by_day[lot.expires_on] += lot.points_left
    return [Expiry(day, points_by_day[day]) for day in sorted(points_by_day)[:limit]]


def _month_end(day: date) -> date:
    first_of_next = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return first_of_next - timedelta(days=1)
