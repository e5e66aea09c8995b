"""Sending as the delivery tests make it: an outbox and a gateway that do as they are told."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from bot.delivery import Delivery
from bot.pacing import Pacing
from bot.sending import Courier, Sender
from bot.wechat import WeChatGateway
from loyalty.messages import Channel
from tests.bot.wire import SAFE

NOON = datetime(2027, 3, 5, 4, tzinfo=UTC)


@dataclass
class Row:
    id: int
    account: str = "main"
    openid: str = "o1"
    content: dict[str, Any] = field(default_factory=lambda: {"kind": "text", "value": "你好"})
    attempt: int = 1
    lane: int = 0
    channel: Channel = Channel.SERVICE
    member_id: int | None = None

    @property
    def key(self) -> str:
        return f"key-{self.id}"


@dataclass
class FakeOutbox:
    """`barred` ids may not be begun: another worker has them, or a pause came."""

    due: list[Row]
    results: list[Any] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    record_faults: list[Exception] = field(default_factory=list)
    barred: set[int] = field(default_factory=set)
    begun: list[int] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    is_empty: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.total = len(self.due)

    async def take_due(self, limit: int) -> list[Row]:
        self.was_asked.set()
        if self.faults:
            raise self.faults.pop()
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    async def begin(self, messages: Any) -> set[int]:
        await asyncio.sleep(0)
        self.begun += [message.id for message in messages]
        return {message.id for message in messages} - self.barred

    async def record(self, results: Any) -> set[int]:
        if self.record_faults:
            raise self.record_faults.pop()
        self.results += results
        if len(self.results) == self.total:
            self.is_empty.set()
        return {result.message.id for result in results}

    @property
    def outcomes(self) -> list[tuple[Any, ...]]:
        return [
            (one.message.id, "again", one.after_seconds, one.reason)
            if one.state == "queued"
            else (one.message.id, one.state, one.reason)
            for one in self.results
        ]


@dataclass
class FakeGateway:
    """Raises what a test wants, call by call; remembers what was sent to whom."""

    faults: list[BaseException] = field(default_factory=list)
    upload_faults: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    calls: int = 0
    account: Any = SAFE

    async def send_text(self, openid: str, text: str) -> None:
        self.calls += 1
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

    async def get_media(self, media_id: str, *, most_bytes: int) -> bytes:
        return b"picture " + media_id.encode()


@dataclass
class Turn:
    wait_ms: int = 0
    paused_until_ms: int = 0


@dataclass
class OpenWays:
    """A fleet of one; `turns` are answered in order, then every call may be made."""

    turns: list[Turn] = field(default_factory=list)
    paused: list[tuple[str, str, datetime]] = field(default_factory=list)
    taken: list[tuple[str, str, int]] = field(default_factory=list)

    async def take(self, account: str, api: str, lane: int) -> Turn:
        self.taken.append((account, api, lane))
        return self.turns.pop(0) if self.turns else Turn()

    async def pause(self, account: str, api: str, until: datetime) -> None:
        self.paused.append((account, api, until))


def delivery_of(
    outbox: FakeOutbox,
    *gateways: FakeGateway,
    ways: OpenWays | None = None,
    couriers: dict[str, Courier] | None = None,
) -> Delivery:
    by_name = {gateway.account.name: cast(WeChatGateway, gateway) for gateway in gateways}
    pacing = Pacing(ways or OpenWays(), now=lambda: NOON)
    return Delivery(outbox, Sender(by_name, couriers), pacing)
