"""Planned faults of the fake platform (故障): which call of which API goes wrong, and how."""

import random
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Fault:
    """`times` 0: as long as it stands. `share` of the calls only; `seconds` after which it ends.

    `cut` breaks the line after the deed, `cut_before` instead of it. `outcome` is what the
    finishing push says of what was taken.
    """

    api: str
    times: int = 1
    errcode: int | None = None
    status: int | None = None
    delay_before: float = 0.0
    delay_after: float = 0.0
    cut: bool = False
    cut_before: bool = False
    outcome: str = ""
    share: float = 1.0
    seconds: float = 0.0
    ends_at: float = field(default=0.0)


class FaultPlan:
    def __init__(self, seed: int = 0) -> None:
        self._faults: list[Fault] = []
        self._chance = random.Random(seed)

    def add(self, wish: dict[str, Any]) -> None:
        fault = Fault(**wish)
        fault.ends_at = time.monotonic() + fault.seconds if fault.seconds else 0.0
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, api: str) -> Fault | None:
        """The oldest plan for this API, or for every one (`*`); mostly there is none at all."""
        if not self._faults:
            return None
        now = time.monotonic()
        self._faults = [each for each in self._faults if not each.ends_at or each.ends_at > now]
        fault = next((each for each in self._faults if each.api in (api, "*")), None)
        if fault is None or (fault.share < 1 and self._chance.random() >= fault.share):
            return None
        if fault.times:
            fault.times -= 1
            if not fault.times:
                self._faults.remove(fault)
        return fault
