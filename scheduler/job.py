"""A job (任务): what runs by itself, when, and what becomes of planned times that were missed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.jobs import SUPERSEDED, TOO_LATE, Skipped
from services.shop import Shop


@dataclass(frozen=True, slots=True)
class Late:
    """The rule for planned times nobody ran. Whatever does not run is recorded with its reason.

    `each`: all of them run, one after the other; otherwise the latest runs for all of them.
    `within`: only if it is no later than that. `asks`: those in charge hear that it did not run.
    """

    each: bool = False
    within: timedelta | None = None
    asks: bool = False

    def judge(
        self, missed: Sequence[datetime], now: datetime
    ) -> tuple[Sequence[datetime], Sequence[Skipped]]:
        """Which planned times run, and which do not and why."""
        if self.each or not missed:
            return missed, ()
        *earlier, latest = missed
        skipped = [(planned_at, SUPERSEDED) for planned_at in earlier]
        if self.within is not None and now - latest > self.within:
            return (), [*skipped, (latest, TOO_LATE)]
        return (latest,), skipped


# How the names of jobs begin that the shop's campaigns plan.
CAMPAIGN = "campaign:"
LATEST = Late()
ALL = Late(each=True)


def skip_after(limit: timedelta) -> Late:
    return Late(within=limit)


def ask_after(limit: timedelta) -> Late:
    return Late(within=limit, asks=True)


@dataclass(frozen=True, slots=True)
class Job:
    """`cron` is minute, hour, day, month, weekday, by the shop's clock.

    `due` tells from when on there is anything to do: planned times before that are no runs. While
    the clock is moved over days, `in_jumps` stands for `cron` where work is left undone.
    """

    name: str
    cron: str
    # Takes the shop; a `timed` one its planned time, too.
    use_case: Callable[..., Awaitable[object]]
    late: Late = LATEST
    due: Callable[[Shop], Awaitable[datetime | None]] | None = None
    in_jumps: str = ""
    # What those in charge know it by.
    title: str = ""
    timed: bool = False
    # Comes with the shop's rules: what lies before its coming was not missed.
    by_rules: bool = False

    async def run(self, shop: Shop, planned_at: datetime) -> object:
        work = self.use_case(shop, planned_at) if self.timed else self.use_case(shop)
        return await work
