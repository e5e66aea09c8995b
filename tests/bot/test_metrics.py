"""指标: what operators watch stands under names that stay, and no label names a person."""

from datetime import timedelta

import pytest

from bot.metrics import (
    ANSWER_SECONDS,
    PUSHES,
    TILL_REQUESTS,
    TicketMetrics,
    as_text,
    count_send,
    count_till_request,
    custody_gauges,
    sending_gauges,
    state_gauges,
)
from services.tickets.figures import ReplyTimes


def value_of(text: str, series: str) -> float:
    lines = [line for line in text.splitlines() if line.startswith(f"{series} ")]
    return float(lines[0].rpartition(" ")[2]) if lines else 0.0


def test_pushes_are_counted_by_account_and_outcome() -> None:
    series = 'shuke_pushes_total{account="counted",outcome="late"}'
    assert value_of(as_text().decode(), series) == 0
    PUSHES.labels("counted", "late").inc()
    PUSHES.labels("counted", "late").inc()
    assert value_of(as_text().decode(), series) == 2


def test_till_requests_are_counted_by_status() -> None:
    series = 'shuke_till_requests_total{status="418"}'
    assert value_of(as_text().decode(), series) == 0
    count_till_request(418)
    assert value_of(as_text().decode(), series) == 1


def test_answers_fall_into_buckets_around_the_platforms_five_seconds() -> None:
    before = value_of(as_text().decode(), 'shuke_answer_seconds_bucket{le="4.0"}')
    ANSWER_SECONDS.observe(3.9)
    ANSWER_SECONDS.observe(4.1)
    after = as_text().decode()
    assert value_of(after, 'shuke_answer_seconds_bucket{le="4.0"}') == before + 1
    assert 'le="5.0"' in after


@pytest.mark.parametrize(("degraded", "shown"), [(True, 1.0), (False, 0.0)])
def test_states_are_read_when_asked(degraded: bool, shown: float) -> None:
    text = state_gauges({"queued": 3}, is_degraded=degraded).decode()
    assert value_of(text, 'shuke_outbox_messages{state="queued"}') == 3
    assert value_of(text, "shuke_cache_degraded") == shown
    assert "sent" not in text


def test_no_label_can_hold_a_person() -> None:
    labels = {name for metric in (PUSHES, TILL_REQUESTS) for name in metric._labelnames}
    assert labels == {"account", "outcome", "status"}


def test_tickets_are_shown_by_kind_with_their_first_replies() -> None:
    times = ReplyTimes(((60, 1), (300, 2)), count=3, total_seconds=1000)
    text = TicketMetrics({"human": 4}, {"human": 1}, {"human": times}).as_text().decode()
    assert value_of(text, 'shuke_tickets_open{kind="human"}') == 4
    assert value_of(text, 'shuke_tickets_overdue{kind="human"}') == 1
    name = "shuke_ticket_first_reply_seconds"
    buckets = [value_of(text, f'{name}_bucket{{kind="human",le="{le}"}}') for le in (60, 300)]
    assert buckets == [1, 2]
    assert value_of(text, f'{name}_bucket{{kind="human",le="+Inf"}}') == 3
    assert value_of(text, f'{name}_sum{{kind="human"}}') == 1000


def test_a_shop_without_tickets_shows_none() -> None:
    text = TicketMetrics({}, {}, {}).as_text().decode()
    assert [line for line in text.splitlines() if not line.startswith("#")] == []


def test_custody_shows_the_pause_and_the_age_of_the_last_backup() -> None:
    text = custody_gauges(is_paused=True, backup_age=timedelta(hours=2)).decode()
    assert value_of(text, "shuke_sending_paused") == 1
    assert value_of(text, "shuke_backup_age_seconds") == 7200
    never = custody_gauges(is_paused=False, backup_age=None).decode()
    assert "shuke_sending_paused 0.0" in never
    assert "shuke_backup_age_seconds" not in never


def test_the_queue_is_told_by_lane_and_a_paused_api_by_its_account() -> None:
    text = sending_gauges({"owed": 3}, {"owed": 7.5}, [("main", "template")]).decode()
    assert value_of(text, 'shuke_outbox_due{lane="owed"}') == 3
    assert value_of(text, 'shuke_outbox_age_seconds{lane="owed"}') == 7.5
    assert value_of(text, 'shuke_api_paused{account="main",api="template"}') == 1


def test_calls_are_counted_by_what_came_of_them() -> None:
    series = 'shuke_sends_total{account="main",api="mass",outcome="unknown"}'
    before = value_of(as_text().decode(), series)
    count_send("main", "mass", "unknown")
    assert value_of(as_text().decode(), series) == before + 1
