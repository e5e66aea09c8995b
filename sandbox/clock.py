"""The sandbox's clock (时钟): the machine's time plus what has been jumped ahead."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.records import State

CHINA = ZoneInfo("Asia/Shanghai")


class Clock:
    def __init__(self, state: State) -> None:
        self._state = state

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._state.clock_ahead_seconds)

    def unix(self) -> int:
        return int(self.now().timestamp())

    def jump_to(self, moment: datetime) -> None:
        """Only ever forward: a moment already past changes nothing."""
        self.advance((moment - self.now()).total_seconds())

    def advance(self, seconds: float) -> None:
        self._state.clock_ahead_seconds += max(0.0, seconds)


def day_in_china(moment: datetime) -> str:
    """Days and months of quotas turn at midnight in China."""
    return moment.astimezone(CHINA).date().isoformat()


def machine_unix() -> int:
    """Signatures carry the machine's time: their age is judged by it, not by the jumped clock."""
    return int(time.time())


def machine_microseconds() -> int:
    return time.time_ns() // 1000
