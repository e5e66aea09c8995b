"""Service figures (服务数据): how soon tickets got a first reply, and which promises were kept."""

from collections.abc import Iterable
from dataclasses import dataclass

MEDIAN, NINE_IN_TEN = 50, 90


@dataclass(frozen=True, slots=True)
class FirstReply:
    """`seconds` is None while there is none, `is_kept` while it still may come in time."""

    seconds: int | None
    is_kept: bool | None


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """Lengths and percentages are None where there is nothing to measure."""

    count: int
    median_seconds: int | None
    ninth_seconds: int | None
    kept_percent: int | None


def figures_of(replies: Iterable[FirstReply]) -> ServiceFigures:
    found = list(replies)
    lengths = sorted(reply.seconds for reply in found if reply.seconds is not None)
    decided = [reply.is_kept for reply in found if reply.is_kept is not None]
    return ServiceFigures(
        count=len(found),
        median_seconds=percentile(lengths, MEDIAN),
        ninth_seconds=percentile(lengths, NINE_IN_TEN),
        kept_percent=sum(decided) * 100 // len(decided) if decided else None,
    )


def percentile(lengths: list[int], percent: int) -> int | None:
    """The smallest of the sorted lengths that so many percent do not pass."""
    if not lengths:
        return None
    return lengths[max(0, -(-len(lengths) * percent // 100) - 1)]
