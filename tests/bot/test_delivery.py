"""送达: what becomes of each outbox row, whatever the platform says or does not say."""

import asyncio
from typing import Any

import pytest

from bot import delivery
from bot.delivery import AT_ONCE
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain, failure_for
from tests.bot.sending import FakeGateway, FakeOutbox, OpenWays, Row, Turn, delivery_of

FORBIDDEN = failure_for(48001, "api unauthorized")
BUSY = failure_for(-1, "system busy")
CLOSED = failure_for(45015, "out of time")


QR = {"kind": "qr", "value": "661234567890123456"}


async def outcome(row: Row, *faults: Exception) -> tuple[Any, ...]:
    outbox, gateway = FakeOutbox([row]), FakeGateway([*faults])
    assert await delivery_of(outbox, gateway).deliver_due() == 1
    assert len(gateway.sent) == (0 if faults else 1)
    (found,) = outbox.outcomes
    return found


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (CLOSED, (1, "failed", "window_closed")),
        (failure_for(99999, "what"), (1, "failed", "99999")),
        (DeliveryFailed("permanent", None, "no appid"), (1, "failed", "no appid")),
        (FORBIDDEN, (1, "failed", "48001")),
        (DeliveryUncertain("timeout"), (1, "unknown", "timeout")),
        (BUSY, (1, "again", 2, "-1")),
    ],
)
async def test_what_the_platform_says_decides(fault: Exception, expected: tuple[Any, ...]) -> None:
    assert await outcome(Row(1), fault) == expected


async def test_a_message_the_platform_took_is_sent() -> None:
    assert await outcome(Row(1)) == (1, "sent", None)


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 2), (2, 4), (3, 8), (4, 16)])
async def test_each_try_waits_longer(attempt: int, seconds: int) -> None:
    assert await outcome(Row(1, attempt=attempt), BUSY) == (1, "again", seconds, "-1")


async def test_the_fifth_try_is_the_last() -> None:
    assert await outcome(Row(1, attempt=5), BUSY) == (1, "failed", "-1")


async def test_an_account_that_is_gone_fails_at_once() -> None:
    outbox = FakeOutbox([Row(1, account="closed")])
    await delivery_of(outbox, FakeGateway()).deliver_due()
    assert outbox.outcomes == [(1, "failed", "account is not configured")]


async def test_a_code_is_drawn_uploaded_and_sent_as_a_picture() -> None:
    outbox, gateway = FakeOutbox([Row(1, content=QR)]), FakeGateway()
    await delivery_of(outbox, gateway).deliver_due()
    assert gateway.pictures[0].startswith(b"\x89PNG")
    assert gateway.sent == [("o1", "media-1")]
    assert outbox.outcomes == [(1, "sent", None)]


async def test_an_upload_without_an_answer_is_made_again_but_a_send_is_not() -> None:
    for upload, send, state in (
        ([DeliveryUncertain("timeout")], [], "again"),
        ([], [DeliveryUncertain("timeout")], "unknown"),
    ):
        outbox = FakeOutbox([Row(1, content=QR)])
        gateway = FakeGateway(faults=[*send], upload_faults=[*upload])
        await delivery_of(outbox, gateway).deliver_due()
        assert outbox.outcomes[0][1] == state


async def test_one_person_gets_messages_in_order_and_nobody_waits_for_another() -> None:
    rows = [Row(n, openid=f"o{n % 2}", content={"kind": "text", "value": str(n)}) for n in range(6)]
    outbox, gateway = FakeOutbox(rows), FakeGateway()
    assert await delivery_of(outbox, gateway).deliver_due() == 6
    for openid in ("o0", "o1"):
        texts = [text for to, text in gateway.sent if to == openid]
        assert texts == sorted(texts)
    assert [openid for openid, _ in gateway.sent[:2]] == ["o0", "o1"]


async def test_one_refusal_does_not_touch_the_others() -> None:
    outbox, gateway = FakeOutbox([Row(1), Row(2, openid="o2"), Row(3)]), FakeGateway([CLOSED])
    await delivery_of(outbox, gateway).deliver_due()
    assert sorted(outbox.outcomes) == [
        (1, "failed", "window_closed"),
        (2, "sent", None),
        (3, "sent", None),
    ]


async def test_calls_that_are_cut_off_leave_room_for_others() -> None:
    cut_off, others = delivery.MOST_HELD, delivery.BATCH
    outbox = FakeOutbox([Row(n, openid=f"o{n}") for n in range(cut_off + others)])
    gateway = FakeGateway([asyncio.CancelledError() for _ in range(cut_off)])
    worker = delivery_of(outbox, gateway)
    worker.start()
    async with asyncio.timeout(5):
        while len(gateway.sent) < others:  # noqa: ASYNC110 - only the gateway knows
            await asyncio.sleep(0.01)
        await worker.close()


async def test_a_database_that_is_away_for_a_moment_does_not_end_delivery(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outbox = FakeOutbox([Row(1)], faults=[ConnectionError("gone")])
    worker = delivery_of(outbox, FakeGateway())
    worker.start()
    await asyncio.wait_for(outbox.was_asked.wait(), 5)
    worker.wake()
    await asyncio.wait_for(outbox.is_empty.wait(), 5)
    await worker.close()
    assert outbox.outcomes == [(1, "sent", None)]
    assert "delivery_failed" in caplog.text


async def test_more_than_one_batch_is_sent_without_waiting() -> None:
    outbox = FakeOutbox([Row(number, openid=f"o{number}") for number in range(345)])
    worker = delivery_of(outbox, FakeGateway())
    worker.start()
    await asyncio.wait_for(outbox.is_empty.wait(), 5)
    await worker.close()
    assert len(outbox.outcomes) == 345
    assert {state for _, state, _ in outbox.outcomes} == {"sent"}


async def test_one_persons_messages_keep_their_order_over_batches_and_accounts() -> None:
    rows = [Row(n, member_id=1, content={"kind": "text", "value": f"{n:03}"}) for n in range(150)]
    outbox, gateway = FakeOutbox(rows), FakeGateway()
    worker = delivery_of(outbox, gateway)
    worker.start()
    await asyncio.wait_for(outbox.is_empty.wait(), 5)
    await worker.close()
    texts = [text for _, text in gateway.sent]
    assert texts == sorted(texts)
    assert len(texts) == 150


async def test_every_call_is_written_down_before_it_is_made() -> None:
    outbox, gateway = FakeOutbox([Row(1), Row(2, openid="o2")], barred={1}), FakeGateway()
    await delivery_of(outbox, gateway).deliver_due()
    assert outbox.begun == [1, 2]
    assert [openid for openid, _ in gateway.sent] == ["o2"]
    assert outbox.outcomes == [(2, "sent", None)]


async def test_no_more_calls_are_under_way_than_could_be_lost_with_the_process() -> None:
    class Busy(FakeGateway):
        now = most = 0

        async def send_text(self, openid: str, text: str) -> None:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0)
            self.now -= 1

    gateway = Busy()
    outbox = FakeOutbox([Row(number, openid=f"o{number}") for number in range(100)])
    await delivery_of(outbox, gateway).deliver_due()
    assert 1 < gateway.most <= AT_ONCE


async def test_a_quota_that_is_used_up_pauses_the_api_and_keeps_the_messages() -> None:
    """The others of its account go on; nothing has failed (reliability F14)."""
    rows = [Row(number, openid=f"o{number}") for number in range(90)]
    other = Row(99, openid="p", content={"kind": "errand", "value": ""})
    carried: list[Any] = []

    async def courier(gateway: Any, message: Any) -> None:
        carried.append(message.id)

    outbox, ways = FakeOutbox([*rows, other]), OpenWays()
    gateway = FakeGateway([failure_for(45009, "reach max api daily quota limit")] * 90)
    worker = delivery_of(outbox, gateway, ways=ways, couriers={"errand": courier})
    await worker.deliver_due()
    assert gateway.calls <= AT_ONCE
    assert {one.state for one in outbox.results if one.message.id != 99} == {"queued"}
    assert all(not one.counts for one in outbox.results if one.message.id != 99)
    midnight = "2027-03-06T00:00:00+08:00"
    assert {one.wait_until.isoformat() for one in outbox.results if one.wait_until} == {midnight}
    assert ("main", "service") in {(account, api) for account, api, _ in ways.paused}
    assert carried == [99]


async def test_what_another_process_paused_is_not_called_here() -> None:
    outbox, gateway = FakeOutbox([Row(1)]), FakeGateway()
    ways = OpenWays([Turn(paused_until_ms=1_804_200_000_000)])
    await delivery_of(outbox, gateway, ways=ways).deliver_due()
    assert gateway.calls == 0
    assert outbox.outcomes == [(1, "again", 0, "paused")]
    assert outbox.begun == []


async def test_a_turn_that_comes_soon_is_waited_for_and_a_late_one_is_not() -> None:
    for wait_ms, state in ((1, "sent"), (6000, "queued")):
        outbox = FakeOutbox([Row(1)])
        ways = OpenWays([Turn(wait_ms=wait_ms)])
        await delivery_of(outbox, FakeGateway(), ways=ways).deliver_due()
        assert outbox.results[0].state == state


async def test_a_result_is_written_when_the_database_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "RECORD_AGAIN_SECONDS", 0)
    outbox = FakeOutbox([Row(1)], record_faults=[ConnectionError("gone"), OSError("gone")])
    await delivery_of(outbox, FakeGateway()).deliver_due()
    assert outbox.outcomes == [(1, "sent", None)]


async def test_closing_before_the_start_is_no_fault() -> None:
    await delivery_of(FakeOutbox([]), FakeGateway()).close()


async def test_what_is_not_begun_when_the_process_closes_goes_back() -> None:
    outbox, gateway = FakeOutbox([Row(1)]), FakeGateway()
    worker = delivery_of(outbox, gateway)
    await worker.close()
    await worker.deliver_due()
    assert (gateway.sent, outbox.outcomes) == ([], [(1, "again", 0, "not_begun")])
