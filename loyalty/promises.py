"""Promises (承诺时间): by when somebody who opened a ticket gets the first reply."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.service_terms import PromiseTerms, ServiceTerms

DAY_MINUTES = 24 * 60
HOURS = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
# A window too short would make a promise of some hours one of some weeks.
SHORTEST_SERVICE = 60
PLAIN_PROMISES = {
    "human": PromiseTerms("human", minutes=30),
    "complaint": PromiseTerms("complaint", minutes=120),
    "receipt": PromiseTerms("receipt", days=1),
    "feedback": PromiseTerms("feedback", days=2),
    "suggestion": PromiseTerms("suggestion", days=2),
    "closing": PromiseTerms("closing", days=3),
    "data": PromiseTerms("data", days=7),
}


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """Minutes after midnight; a service that ends after midnight closes past 24 hours."""

    opens: int
    closes: int


def read_hours(text: str) -> ServiceHours | None:
    """`09:00-21:00`; None for what is no such span, or one under an hour."""
    found = HOURS.fullmatch(text)
    if found is None:
        return None
    opens, closes = (
        int(hour) * 60 + int(minute) for hour, minute in (found.group(1, 2), found.group(3, 4))
    )
    if max(opens, closes) > DAY_MINUTES or opens == DAY_MINUTES:
        return None
    closes += DAY_MINUTES if closes <= opens else 0
    return ServiceHours(opens, closes) if closes - opens >= SHORTEST_SERVICE else None


def promise_for(terms: ServiceTerms, kind: str, tier: str | None) -> PromiseTerms:
    """What the shop promises a member of this rung; the rung's own line comes first."""
    lines = [line for line in terms.promises if line.kind == kind]
    own = next((line for line in lines if tier is not None and line.tier == tier), None)
    general = next((line for line in lines if line.tier is None), None)
    return own or general or PLAIN_PROMISES[kind]


def promised_at(
    terms: ServiceTerms, asked_at: datetime, kind: str, *, tier: str | None, is_upper: bool
) -> datetime:
    """By when the first reply comes; `asked_at` is in the shop's time zone.

    Minutes count within service hours only, days by the calendar.
    """
    promise = promise_for(terms, kind, tier)
    length = timedelta(days=promise.days or 0, minutes=promise.minutes or 0)
    if is_upper and promise.tier is None:
        length = length * terms.upper_percent // 100
    if promise.days is not None:
        return asked_at + length
    hours = read_hours(terms.hours)
    assert hours is not None, terms.hours
    return _after_service(asked_at, length, hours)


def _after_service(asked_at: datetime, length: timedelta, hours: ServiceHours) -> datetime:
    """When so much time of service has passed."""
    # The service that began the day before may still be open.
    day = asked_at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    while True:
        starts_at = max(asked_at, day + timedelta(minutes=hours.opens))
        ends_at = day + timedelta(minutes=hours.closes)
        if starts_at + length <= ends_at:
            return starts_at + length
        length -= max(ends_at - starts_at, timedelta(0))
        day += timedelta(days=1)
