"""The timetable (时刻表): one line a job: its name, when it runs, which use case it is.

Times are the shop's (Asia/Shanghai) and follow the business clock. Every job is safe to run
twice and to run late.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.claim_steps import void_overdue
from services.points import expire_points
from services.shop import Shop


@dataclass(frozen=True, slots=True)
class Job:
    """`cron` is minute, hour, day, month, weekday."""

    name: str
    cron: str
    use_case: Callable[[Shop], Awaitable[object]]


TIMETABLE = (
    # After midnight, clear of the minute in which everybody's day changes.
    Job("expire_points", "5 0 * * *", expire_points),
    Job("void_overdue_claims", "20 * * * *", void_overdue),
)
