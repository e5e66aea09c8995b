"""Metrics (指标): what operators watch, counted in the six words of a message's way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric

REGISTRY = CollectorRegistry()
PUSHES = Counter(
    "shuke_pushes_total",
    "Pushes by account and outcome.",
    ["account", "outcome"],
    registry=REGISTRY,
)
ANSWER_SECONDS = Histogram(
    "shuke_answer_seconds",
    "From receiving a push to its answer.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 5),
    registry=REGISTRY,
)
TILL_REQUESTS = Counter(
    "shuke_till_requests_total", "Till requests by status.", ["status"], registry=REGISTRY
)

SENDS = Counter(
    "shuke_sends_total",
    "Calls for outgoing messages by account, API and outcome.",
    ["account", "api", "outcome"],
    registry=REGISTRY,
)


def count_send(account: str, api: str, outcome: str) -> None:
    SENDS.labels(account, api, outcome).inc()


def count_till_request(status: int) -> None:
    TILL_REQUESTS.labels(str(status)).inc()


def as_text() -> bytes:
    return generate_latest(REGISTRY)


def state_gauges(outbox: Mapping[str, int], *, is_degraded: bool) -> bytes:
    """Figures read at the moment they are asked for."""
    registry = CollectorRegistry()
    messages = Gauge("shuke_outbox_messages", "Outbox by state.", ["state"], registry=registry)
    for state, count in outbox.items():
        messages.labels(state).set(count)
    degraded = Gauge("shuke_cache_degraded", "1 while Redis does not answer.", registry=registry)
    degraded.set(is_degraded)
    return generate_latest(registry)


def custody_gauges(*, is_paused: bool, backup_age: timedelta | None) -> bytes:
    """No age where there never was a backup."""
    registry = CollectorRegistry()
    paused = Gauge("shuke_sending_paused", "1 while nothing is sent.", registry=registry)
    paused.set(is_paused)
    if backup_age is not None:
        age = Gauge("shuke_backup_age_seconds", "Since the last good backup.", registry=registry)
        age.set(backup_age.total_seconds())
    return generate_latest(registry)


def sending_gauges(
    waiting: Mapping[str, int],
    oldest_seconds: Mapping[str, float],
    paused: Iterable[tuple[str, str]],
) -> bytes:
    """By lane what is due and waits; by account and API what a used-up quota has closed."""
    registry = CollectorRegistry()
    queue = Gauge("shuke_outbox_due", "Due messages by lane.", ["lane"], registry=registry)
    age = Gauge("shuke_outbox_age_seconds", "Age of the oldest due.", ["lane"], registry=registry)
    closed = Gauge(
        "shuke_api_paused", "1 while a quota is used up.", ["account", "api"], registry=registry
    )
    for lane, count in waiting.items():
        queue.labels(lane).set(count)
        age.labels(lane).set(oldest_seconds[lane])
    for account, api in paused:
        closed.labels(account, api).set(1)
    return generate_latest(registry)


class ReplyCounts(Protocol):
    """First replies to one kind of ticket."""

    @property
    def within_seconds(self) -> Sequence[tuple[int, int]]: ...
    @property
    def count(self) -> int: ...
    @property
    def total_seconds(self) -> int: ...


# Registries tell collectors apart by themselves, not by what they hold.
@dataclass(frozen=True, slots=True, eq=False)
class TicketMetrics:
    """Read from the tables by every process alike, so that a restart counts nothing anew."""

    open: Mapping[str, int]
    overdue: Mapping[str, int]
    replies: Mapping[str, ReplyCounts]

    def collect(self) -> Iterator[Metric]:
        yield _by_kind("shuke_tickets_open", "Tickets not resolved by kind.", self.open)
        yield _by_kind("shuke_tickets_overdue", "Open tickets past their promise.", self.overdue)
        histogram = HistogramMetricFamily(
            "shuke_ticket_first_reply_seconds",
            "From opening a ticket to its first reply.",
            labels=["kind"],
        )
        for kind, found in self.replies.items():
            buckets = [(str(bound), count) for bound, count in found.within_seconds]
            buckets.append(("+Inf", found.count))
            histogram.add_metric([kind], buckets, sum_value=found.total_seconds)
        yield histogram

    def as_text(self) -> bytes:
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)


def _by_kind(name: str, what: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=["kind"])
    for kind, count in counts.items():
        family.add_metric([kind], count)
    return family
