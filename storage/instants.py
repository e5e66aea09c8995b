"""Instants (时刻) and days as both databases store them: milliseconds since 1970, ISO dates."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.models import Model

SHOP_ZONE = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def day_of(instant: datetime) -> date:
    """The calendar day in the shop's time zone."""
    return instant.astimezone(SHOP_ZONE).date()


def to_ms(instant: datetime) -> int:
    return (instant - EPOCH) // MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


class InstantField(fields.BigIntField):
    """An aware instant; one integer sorts and compares alike in both databases and in plain SQL."""

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> int | None:
        return to_ms(value) if isinstance(value, datetime) else value

    def to_python_value(self, value: Any) -> Any:
        return from_ms(value) if isinstance(value, int) else value


class DayField(fields.CharField[Any]):
    """A calendar day as 2026-01-31."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, **kwargs)

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def to_python_value(self, value: Any) -> Any:
        return date.fromisoformat(value) if isinstance(value, str) else value
