"""送达: what becomes of each outbox row, whatever the platform says or does not say."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.delivery import Delivery
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain, failure_for
from bot.wechat import WeChatGateway

TOMORROW_TOO = failure_for(45009, "quota")
BUSY = failure_for(-1, "system busy")
TOO_FAST = failure_for(45011, "too fast")
CLOSED = failure_for(45015, "out of time")


@dataclass
class Row:
    id: int
    account: str = "main"
    openid: str = "o1"
    content: dict[str, Any] = field(default_factory=lambda: {"kind": "text", "value": "你好"})
    attempt: int = 1


QR = {"kind": "qr", "value": "661234567890123456"}


@dataclass
class FakeOutbox:
    due: list[Row]
    outcomes: list[tuple[Any, ...]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    is_empty: asyncio.Event = field(default_factory=asyncio.Event)

    async def take_due(self, limit: int) -> list[Row]:
        self.was_asked.set()
        if self.faults:
            raise self.faults.pop()
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    async def finish(self, message: Any, state: str, reason: str | None) -> None:
        self.outcomes.append((message.id, state, reason))
        if not self.due:
            self.is_empty.set()

    async def put_back(self, message: Any, after_seconds: float, reason: str) -> None:
        self.outcomes.append((message.id, "again", after_seconds, reason))


@dataclass
class FakeGateway:
    """Raises what a test wants, call by call; remembers what was sent to whom."""

    faults: list[Exception] = field(default_factory=list)
    upload_faults: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)

    async def send_text(self, openid: str, text: str) -> None:
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((openid, text))

    async def send_image(self, openid: str, media_id: str) -> None:
        await self.send_text(openid, media_id)

    async def upload_image(self, content: bytes, filename: str) -> str:
        if self.upload_faults:
            raise self.upload_faults.pop(0)
        self.pictures.append(content)
        return f"media-{len(self.pictures)}"


def delivery_of(outbox: FakeOutbox, gateway: FakeGateway) -> Delivery:
    return Delivery(outbox, {"main": cast(WeChatGateway, gateway)})


async def outcome(row: Row, *faults: Exception) -> tuple[Any, ...]:
    outbox, gateway = FakeOutbox([row]), FakeGateway(list(faults))
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
        (TOMORROW_TOO, (1, "failed", "45009")),
        (DeliveryUncertain("timeout"), (1, "unknown", "timeout")),
        (BUSY, (1, "again", 2, "-1")),
        (TOO_FAST, (1, "again", 60, "45011")),
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


async def test_a_database_that_is_away_for_a_moment_does_not_end_delivery(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outbox = FakeOutbox([Row(1)], faults=[ConnectionError("gone")])
    delivery = delivery_of(outbox, FakeGateway())
    delivery.start()
    await asyncio.wait_for(outbox.was_asked.wait(), 5)
    delivery.wake()
    await asyncio.wait_for(outbox.is_empty.wait(), 5)
    await delivery.close()
    assert outbox.outcomes == [(1, "sent", None)]
    assert "delivery_failed" in caplog.text


async def test_more_than_one_batch_is_sent_without_waiting() -> None:
    outbox = FakeOutbox([Row(number, openid=f"o{number}") for number in range(45)])
    delivery = delivery_of(outbox, FakeGateway())
    delivery.start()
    await asyncio.wait_for(outbox.is_empty.wait(), 5)
    await delivery.close()
    assert len(outbox.outcomes) == 45
    assert {state for _, state, _ in outbox.outcomes} == {"sent"}


async def test_closing_before_the_start_is_no_fault() -> None:
    await delivery_of(FakeOutbox([]), FakeGateway()).close()
