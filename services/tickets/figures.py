"""工单统计: how soon who was answered, and whether the promises were kept; nobody is named."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from loyalty.person import Person
from loyalty.service_figures import FirstReply, ServiceFigures, figures_of
from services.shop import Shop
from services.tickets.reach import sight_of
from storage.instants import to_ms
from storage.sql import Row
from storage.ticket_figures import first_replies, open_tickets, replies_by_length

__all__ = ["ServiceFigures"]

PERIOD_DAYS, LONGEST_PERIOD_DAYS = 30, 366
# From a minute to three days.
REPLY_BUCKETS_SECONDS = (60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 259200)


@dataclass(frozen=True, slots=True)
class TicketFigures:
    """In all, by kind of ticket, and by the name of the tier."""

    whole: ServiceFigures
    kinds: dict[str, ServiceFigures]
    tiers: dict[str, ServiceFigures]


@dataclass(frozen=True, slots=True)
class ReplyTimes:
    """First replies to one kind of ticket, as a histogram counts them."""

    within_seconds: tuple[tuple[int, int], ...]
    count: int
    total_seconds: int


@dataclass(frozen=True, slots=True)
class TicketGauges:
    """By kind of ticket."""

    open: dict[str, int]
    overdue: dict[str, int]
    replies: dict[str, ReplyTimes]


async def ticket_figures(shop: Shop, person: Person, *, days: int) -> TicketFigures:
    """Of the tickets opened in these days that this person may see."""
    sight = sight_of(shop, person)
    found = await first_replies(sight, shop.now() - timedelta(days=days))
    members = [row for row in found if row["member_id"] is not None]
    now_ms = to_ms(shop.now())
    return TicketFigures(
        whole=figures_of(_reply(row, now_ms) for row in found),
        kinds=_grouped(found, now_ms, lambda row: str(row["kind"])),
        tiers=_grouped(members, now_ms, lambda row: tier_name(shop, row["tier_rank"])),
    )


def tier_name(shop: Shop, rank: int) -> str:
    """As the ladder in force calls the rung of this place; shorter by now, its highest."""
    tiers = shop.rules.tiers
    return tiers[min(rank, len(tiers) - 1)].name if tiers else ""


async def ticket_gauges(shop: Shop) -> TicketGauges:
    """For metrics: of the whole shop."""
    now = await open_tickets(shop.now())
    return TicketGauges(
        open={row["kind"]: row["open"] for row in now},
        overdue={row["kind"]: row["overdue"] for row in now},
        replies=_reply_times(await replies_by_length(REPLY_BUCKETS_SECONDS)),
    )


def _reply_times(found: list[Row]) -> dict[str, ReplyTimes]:
    """Counts within each bound as histograms have them: all shorter ones included."""
    times = {}
    for kind in dict.fromkeys(row["kind"] for row in found):
        rows = [row for row in found if row["kind"] == kind]
        counts = {row["within"]: int(row["count"]) for row in rows}
        reached = accumulate(counts.get(bound, 0) for bound in REPLY_BUCKETS_SECONDS)
        times[kind] = ReplyTimes(
            tuple(zip(REPLY_BUCKETS_SECONDS, reached, strict=True)),
            sum(counts.values()),
            sum(int(row["total_ms"]) for row in rows) // 1000,
        )
    return times


def _grouped(
    found: list[Row], now_ms: int, name: Callable[[Row], str]
) -> dict[str, ServiceFigures]:
    groups: dict[str, list[FirstReply]] = defaultdict(list)
    for row in found:
        groups[name(row)].append(_reply(row, now_ms))
    return {group: figures_of(replies) for group, replies in groups.items()}


def _reply(row: Row, now_ms: int) -> FirstReply:
    replied_at = row["first_reply_at"]
    if replied_at is None:
        return FirstReply(None, False if row["promise_at"] < now_ms else None)
    return FirstReply((replied_at - row["created_at"]) // 1000, replied_at <= row["promise_at"])
