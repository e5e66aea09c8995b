"""The business clock (营业时钟): machine time plus what the sandbox has jumped ahead."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from storage.instants import EPOCH, SHOP_ZONE, day_of

__all__ = ["SHOP_ZONE", "BusinessClock", "day_of", "end_of"]


def end_of(day: date) -> datetime:
    """The midnight after this day in the shop."""
    return datetime.combine(day + timedelta(days=1), time(), SHOP_ZONE)


class BusinessClock:
    """Days, expiry, schedules and windows follow it; signature age and member codes do not."""

    def __init__(self, machine_now: Callable[[], datetime]) -> None:
        self.machine_now = machine_now
        self.offset = timedelta(0)
        # A use case asks for the day many times; where it begins and ends is looked up once.
        self._day = date.min
        self._begins = self._ends = EPOCH

    def now(self) -> datetime:
        return self.machine_now() + self.offset

    def today(self) -> date:
        now = self.now()
        if not self._begins <= now < self._ends:
            self._day = day_of(now)
            self._ends = end_of(self._day).astimezone(UTC)
            self._begins = end_of(self._day - timedelta(days=1)).astimezone(UTC)
        return self._day

    def local(self, instant: datetime) -> datetime:
        """The instant as clocks in the shop's time zone show it."""
        return instant.astimezone(SHOP_ZONE)

    def jump_to_offset_ms(self, offset_ms: int) -> None:
        """Forward only: who read the offset before somebody jumped may come here after them."""
        self.offset = max(self.offset, timedelta(milliseconds=offset_ms))
