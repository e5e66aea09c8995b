"""One after the other (逐条处理): a night's work on many rows, where one may fail.

Whoever comes behind a row that fails is not to wait for the night in which it does not.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

log = logging.getLogger(__name__)
Line = TypeVar("Line")


@dataclass(slots=True)
class Failures:
    """How many rows of a run failed, each by itself."""

    count: int = 0


_counted: ContextVar[Failures | None] = ContextVar("failures_of_this_run", default=None)


@contextmanager
def counted_failures() -> Iterator[Failures]:
    """What `each_of` leaves for later in here, however deep inside a job it is called."""
    failures = Failures()
    token = _counted.set(failures)
    try:
        yield failures
    finally:
        _counted.reset(token)


async def each_of(batch: Sequence[Line], do: Callable[[Line], Awaitable[int]]) -> int:
    """How much was done, together. What fails is logged by its number and left for later.

    Where all of several fail it is not about one of them: the last error is raised.
    """
    done, failed = 0, 0
    for line in batch:
        try:
            done += await do(line)
        except Exception:
            failed += 1
            if failed == len(batch) > 1:
                raise
            log.exception("row_failed", extra={"facts": {"row": _number(line)}})
            _count_one()
    return done


def _count_one() -> None:
    failures = _counted.get()
    if failures is not None:
        failures.count += 1


def _number(line: object) -> object:
    if isinstance(line, int):
        return line
    return line["id"] if isinstance(line, dict) else getattr(line, "id", None)
