"""Metrics (指标): what operators watch, counted in the six words of a message's way."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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
