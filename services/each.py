"""One after the other (逐条处理): a night's work on many rows, where one may fail.

Whoever comes behind a row that fails is not to wait for the night in which it does not.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

log = logging.getLogger(__name__)
Line = TypeVar("Line")


async def each_of(batch: Sequence[Line], do: Callable[[Line], Awaitable[bool]]) -> int:
    """For how many something was done. What fails is logged by its number and left for later.

    Where all of a batch fail it is not about one of them: the last error is raised.
    """
    done, failed = 0, 0
    for line in batch:
        try:
            done += await do(line)
        except Exception:
            failed += 1
            if failed == len(batch):
                raise
            log.exception("row_failed", extra={"facts": {"row": _number(line)}})
    return done


def _number(line: object) -> object:
    return line["id"] if isinstance(line, dict) else getattr(line, "id", None)
