"""Mass sends as calls: what the platform's answer makes of everybody in one of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.mass import MassSender
from bot.pacing import Pacing
from bot.wechat import WeChatGateway
from tests.bot.fake_wechat import FakePlatform
from tests.bot.sending import NOON, OpenWays, Turn
from tests.bot.test_wechat import gateway_of
from tests.bot.wire import SAFE

SEND = "/cgi-bin/message/mass/send"


@dataclass
class OneCall:
    id: int = 1
    key: str = "k" * 32
    account: str = "main"
    content: dict[str, Any] = field(default_factory=lambda: {"kind": "text", "value": "新品"})
    openids: list[str] = field(default_factory=lambda: ["o1", "o2"])
    platform_tag: int | None = None


@dataclass
class FakeCalls:
    waiting: list[OneCall]
    ended: list[tuple[Any, ...]] = field(default_factory=list)

    async def take(self) -> OneCall | None:
        return self.waiting.pop(0) if self.waiting else None

    async def taken(self, call: OneCall, platform_id: str | None) -> None:
        self.ended.append(("taken", platform_id))

    async def refused(self, call: OneCall, reason: str, wait_until: datetime | None) -> None:
        self.ended.append(("refused", reason, wait_until))

    async def unanswered(self, call: OneCall, reason: str) -> None:
        self.ended.append(("unanswered", reason))

    async def keep_tag(self, call: OneCall, tag_id: int) -> None:
        self.ended.append(("tag", tag_id))


@pytest.fixture
def platform() -> FakePlatform:
    platform = FakePlatform()
    platform.answers["/cgi-bin/tags/create"] = {"tag": {"id": 134}}
    platform.answers["/cgi-bin/message/mass/sendall"] = {"errcode": 0, "msg_id": 9}
    return platform


@pytest.fixture
async def gateway(platform: FakePlatform) -> AsyncIterator[WeChatGateway]:
    async with TestServer(platform.app()) as server, ClientSession() as session:
        gateway = gateway_of(session, str(server.make_url("")).rstrip("/"))
        yield gateway
        await gateway.close()


async def ended(
    gateway: WeChatGateway, *calls: OneCall, ways: OpenWays | None = None
) -> list[tuple[Any, ...]]:
    store = FakeCalls(list(calls) or [OneCall()])
    pacing = Pacing(ways or OpenWays(), now=lambda: NOON)
    await MassSender(store, {"main": gateway}, pacing).send_ready()
    return store.ended


async def test_a_call_that_was_taken_keeps_the_platforms_number(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[SEND] = {"errcode": 0, "msg_id": 2**40}
    assert await ended(gateway) == [("taken", str(2**40))]


@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (45065, ("taken", "7")),
        (45162, ("refused", "45162", None)),
        (89504, ("refused", "89504", None)),
        (-1, ("unanswered", "-1")),
    ],
)
async def test_what_the_platform_says_decides(
    gateway: WeChatGateway, platform: FakePlatform, errcode: int, expected: tuple[Any, ...]
) -> None:
    platform.answers[SEND] = {"errcode": errcode, "errmsg": "…", "msg_id": 7}
    assert await ended(gateway) == [expected]


async def test_a_quota_that_is_used_up_lets_everybody_wait_and_no_other_call_be_made(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[SEND] = {"errcode": 45028, "errmsg": "has no masssend quota"}
    [first] = await ended(gateway, OneCall(), OneCall(id=2))
    assert first[:2] == ("refused", "45028")
    assert first[2].isoformat() == "2027-04-01T00:00:00+08:00"
    assert platform.paths().count(SEND) == 1


async def test_a_connection_that_breaks_leaves_the_call_to_be_made_again(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[SEND] = None  # type: ignore[assignment]
    [(what, _)] = await ended(gateway)
    assert what == "unanswered"


async def test_what_another_process_paused_is_not_called_here(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    [first] = await ended(gateway, ways=OpenWays([Turn(paused_until_ms=1_804_200_000_000)]))
    assert first[:2] == ("refused", "paused")
    assert SEND not in platform.paths()


async def test_a_subscription_account_sends_by_a_tag_of_its_own(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    gateway.account = replace(SAFE, kind="subscription")
    assert await ended(gateway) == [("tag", 134), ("taken", "9")]
    assert "/cgi-bin/tags/members/batchtagging" in platform.paths()
    assert await ended(gateway, OneCall(platform_tag=7)) == [("taken", "9")]
    assert platform.paths().count("/cgi-bin/tags/create") == 1


async def test_a_way_that_is_too_busy_leaves_nothing_unknown(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    [first] = await ended(gateway, ways=OpenWays([Turn(wait_ms=60_000)]))
    assert first == ("refused", "too_busy", NOON + timedelta(seconds=5))
    assert SEND not in platform.paths()
