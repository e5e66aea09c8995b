"""Quotas of the platform (接口额度): when one that is used up begins anew (wechat-platform 5)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from loyalty.quiet_hours import SHOP_ZONE


def _next_minute(now: datetime) -> datetime:
    return now + timedelta(minutes=1)


def _next_day(now: datetime) -> datetime:
    """Days of the platform begin at midnight in China."""
    tomorrow = now.astimezone(SHOP_ZONE).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), SHOP_ZONE)


def _next_month(now: datetime) -> datetime:
    first = now.astimezone(SHOP_ZONE).date().replace(day=1)
    return datetime.combine((first + timedelta(days=32)).replace(day=1), time(), SHOP_ZONE)


MASS_QUOTA = 45028
RESETS: dict[int, Callable[[datetime], datetime]] = {
    42010: _next_minute,
    45009: _next_day,
    45011: _next_minute,
    MASS_QUOTA: _next_month,
    45066: _next_minute,
}


def quota_resets_at(
    errcode: int | None, now: datetime, *, is_daily: bool = False
) -> datetime | None:
    """None where the refusal is no matter of quota.

    `is_daily`: subscription accounts send to many once a day, not four times a month (4.7).
    """
    if is_daily and errcode == MASS_QUOTA:
        return _next_day(now)
    reset = RESETS.get(errcode) if errcode is not None else None
    return reset(now) if reset is not None else None
