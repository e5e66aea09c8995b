"""营业时钟: the day is the shop's, and it is another one as soon as midnight is over."""

from datetime import UTC, date, datetime, timedelta

from services.clock import SHOP_ZONE, BusinessClock

MIDNIGHT = datetime(2026, 3, 2, tzinfo=SHOP_ZONE).astimezone(UTC)


class Machine:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def test_the_day_changes_with_the_first_moment_after_midnight() -> None:
    machine = Machine(MIDNIGHT - timedelta(milliseconds=1))
    clock = BusinessClock(machine)
    assert clock.today() == date(2026, 3, 1)
    machine.now = MIDNIGHT
    assert clock.today() == date(2026, 3, 2)
    machine.now = MIDNIGHT + timedelta(days=1, milliseconds=-1)
    assert clock.today() == date(2026, 3, 2)


def test_a_jump_is_another_day_at_once() -> None:
    clock = BusinessClock(Machine(MIDNIGHT))
    assert clock.today() == date(2026, 3, 2)
    clock.jump_to_offset_ms(24 * 3600 * 1000)
    assert clock.today() == date(2026, 3, 3)


def test_a_machine_that_is_set_back_has_yesterdays_day_again() -> None:
    machine = Machine(MIDNIGHT)
    clock = BusinessClock(machine)
    assert clock.today() == date(2026, 3, 2)
    machine.now -= timedelta(seconds=1)
    assert clock.today() == date(2026, 3, 1)
