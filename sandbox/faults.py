"""Planned faults (故障注入): how the platform misbehaves when it is told to."""

from dataclasses import dataclass


@dataclass(slots=True)
class Fault:
    """`outcome`: what the platform says afterwards of what it took, such as `err(20008)`."""

    path: str
    times: int = 1
    errcode: int | None = None
    errmsg: str = ""
    status: int | None = None
    delay_seconds: float = 0.0
    delay_after_seconds: float = 0.0
    outcome: str = ""
    cut_after_accept: bool = False
    html: bool = False


class FaultPlan:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def left(self) -> list[Fault]:
        return list(self._faults)

    def take(self, path: str) -> Fault | None:
        """The oldest plan for this path, or for every path (`*`), used up by one."""
        fault = next((plan for plan in self._faults if plan.path in (path, "*")), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.times <= 0:
            self._faults.remove(fault)
        return fault
