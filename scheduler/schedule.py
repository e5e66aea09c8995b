"""Schedules (时刻): the planned times of five cron fields in the shop's time zone."""

import functools
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from services.clock import SHOP_ZONE

# As cron counts them; the library counts from Monday.
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
NEVER = datetime.max.replace(tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
# How far back the latest planned time is looked for, from near to far.
WINDOWS = tuple(
    timedelta(minutes=minutes) for minutes in (2, 60, 24 * 60, 40 * 24 * 60, 400 * 24 * 60)
)


class Schedule:
    def __init__(self, cron: str) -> None:
        minute, hour, day, month, weekday = cron.split()
        self._trigger = CronTrigger(
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=_weekdays(weekday),
            timezone=SHOP_ZONE,
        )

    def at_or_after(self, instant: datetime) -> datetime:
        """NEVER for a day that no month has."""
        found = self._trigger.get_next_fire_time(None, instant)
        return found if isinstance(found, datetime) else NEVER

    def after(self, instant: datetime) -> datetime:
        return self.at_or_after(instant + MOMENT)

    def between(self, since: datetime, until: datetime) -> list[datetime]:
        """Planned times after `since`, up to and with `until`."""
        found, planned_at = [], self.after(since)
        while planned_at <= until:
            found.append(planned_at)
            planned_at = self.after(planned_at)
        return found

    def latest(self, now: datetime) -> datetime | None:
        """The newest planned time that is not to come; None if that is over a year ago."""
        for window in WINDOWS:
            if found := self.between(now - window, now):
                return found[-1]
        return None


@functools.cache
def schedule(cron: str) -> Schedule:
    return Schedule(cron)


def _weekdays(field: str) -> str:
    """By name, each by itself: a week from Friday to Sunday is none to the library."""
    if field == "*":
        return field
    found = {day % 7 for part in field.split(",") for day in _days(part)}
    return ",".join(WEEKDAYS[day] for day in sorted(found))


def _days(part: str) -> range:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    if first == "*":
        return range(0, 7, int(step))
    start = _number(first)
    return range(start, (_number(last) if last else start) + 1, int(step or 1))


def _number(day: str) -> int:
    return WEEKDAYS.index(day) if day in WEEKDAYS else int(day)
