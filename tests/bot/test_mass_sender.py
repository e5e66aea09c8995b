"""Mass sends as calls: what the platform's answer makes of everybody in one of them."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot import mass_tags
from bot.mass import MassSender
from bot.pacing import Pacing
from bot.wechat import WeChatGateway
from tests.bot.fake_wechat import FakePlatform
from tests.bot.sending import NOON, OpenWays, Turn
from tests.bot.test_wechat import gateway_of
from tests.bot.wire import SAFE

ROW = 77
A_MINUTE = timedelta(minutes=1)
SEND = "/cgi-bin/message/mass/send"
SEND_ALL = "/cgi-bin/message/mass/sendall"
CREATE, DELETE = "/cgi-bin/tags/create", "/cgi-bin/tags/delete"
TAG, UNTAG = "/cgi-bin/tags/members/batchtagging", "/cgi-bin/tags/members/batchuntagging"


@dataclass
class OneCall:
    id: int = 1
    key: str = "k" * 32
    account: str = "main"
    content: dict[str, Any] = field(default_factory=lambda: {"kind": "text", "value": "新品"})
    openids: list[str] = field(default_factory=lambda: ["o1", "o2"])
    attempt: int = 1
    worn_tags: dict[int, int] = field(default_factory=dict)


@dataclass
class FakeCalls:
    """`staying` are those who may still be called right before it; None when it may not be made."""

    waiting: list[OneCall]
    staying: set[str] | None = field(default_factory=lambda: {"o1", "o2"})
    is_ours: bool = True
    kept: int = 0
    when_tagged: Callable[[], None] = lambda: None
    ended: list[tuple[Any, ...]] = field(default_factory=list)

    async def take(self) -> OneCall | None:
        return self.waiting.pop(0) if self.waiting else None

    async def taken(self, call: OneCall, platform_id: str | None) -> None:
        self.ended.append(("taken", platform_id))

    async def refused(self, call: OneCall, reason: str, wait_until: datetime | None) -> None:
        self.ended.append(("refused", reason, wait_until))

    async def unanswered(self, call: OneCall, reason: str) -> None:
        self.ended.append(("unanswered", reason))

    async def confirm(self, call: OneCall) -> OneCall | None:
        if self.staying is None:
            return None
        return replace(call, openids=[one for one in call.openids if one in self.staying])

    async def keep(self, call: OneCall) -> bool:
        self.kept += 1
        return self.is_ours

    async def leave_out(self, call: OneCall, refused: Mapping[str, str]) -> bool:
        self.ended.append(("left out", dict(refused)))
        return len(refused) < len(call.openids)

    async def keep_tag(self, call: OneCall, tag_id: int) -> int:
        self.ended.append(("tag", tag_id))
        self.when_tagged()
        return ROW

    async def forget_tag(self, row_id: int) -> None:
        self.ended.append(("no tag", row_id))

    async def known_tags(self, call: OneCall) -> set[int]:
        return {101}


@pytest.fixture
def platform() -> FakePlatform:
    platform = FakePlatform()
    platform.answers[CREATE] = {"tag": {"id": 134}}
    platform.answers[SEND_ALL] = {"errcode": 0, "msg_id": 9}
    return platform


@pytest.fixture
async def gateway(platform: FakePlatform) -> AsyncIterator[WeChatGateway]:
    async with TestServer(platform.app()) as server, ClientSession() as session:
        gateway = gateway_of(session, str(server.make_url("")).rstrip("/"))
        yield gateway
        await gateway.close()


def told(platform: FakePlatform, path: str) -> list[Any]:
    return [call.data for call in platform.calls if call.path == path]


def sender_of(gateway: WeChatGateway, store: FakeCalls, ways: OpenWays | None = None) -> MassSender:
    return MassSender(store, {"main": gateway}, Pacing(ways or OpenWays(), now=lambda: NOON))


async def ended(
    gateway: WeChatGateway,
    *calls: OneCall,
    ways: OpenWays | None = None,
    store: FakeCalls | None = None,
) -> list[tuple[Any, ...]]:
    store = store or FakeCalls(list(calls) or [OneCall()])
    await sender_of(gateway, store, ways).send_ready()
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


async def test_without_a_token_nothing_is_unknown(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers["/cgi-bin/stable_token"] = {"errcode": -1, "errmsg": "system busy"}
    assert await ended(gateway) == [("refused", "-1", NOON + A_MINUTE)]
    assert SEND not in platform.paths()


async def test_a_call_that_never_got_there_is_not_unknown(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[SEND] = {"errcode": 40001, "errmsg": "invalid credential"}
    assert await ended(gateway) == [("refused", "40001", NOON + A_MINUTE)]


async def test_what_another_process_paused_is_not_called_here(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    [first] = await ended(gateway, ways=OpenWays([Turn(paused_until_ms=1_804_200_000_000)]))
    assert first[:2] == ("refused", "paused")
    assert SEND not in platform.paths()


async def test_who_left_while_it_waited_is_not_in_the_call(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    people = ["o1", "o2", "o3"]
    await ended(gateway, store=FakeCalls([OneCall(openids=people)]))
    assert [body["touser"] for body in told(platform, SEND)] == [["o1", "o2"]]


async def test_what_may_not_be_called_any_more_is_not_and_the_next_call_is_made(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    store = FakeCalls([OneCall(), OneCall(id=2)], staying=None)
    assert await ended(gateway, store=store) == []
    assert (SEND in platform.paths(), store.waiting) == (False, [])


async def test_a_way_that_is_too_busy_leaves_nothing_unknown(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    [first] = await ended(gateway, ways=OpenWays([Turn(wait_ms=60_000)]))
    assert first == ("refused", "too_busy", NOON + timedelta(seconds=5))
    assert SEND not in platform.paths()


@pytest.fixture
def by_tag(gateway: WeChatGateway) -> WeChatGateway:
    gateway.account = replace(SAFE, kind="subscription")
    return gateway


async def test_a_subscription_account_sends_by_a_tag_of_its_own(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    assert await ended(by_tag, OneCall(attempt=2)) == [("tag", 134), ("taken", "9")]
    assert told(platform, CREATE) == [{"tag": {"name": f"shuke-{'k' * 16}-2"}}]
    assert told(platform, TAG) == [{"tagid": 134, "openid_list": ["o1", "o2"]}]
    assert [body["filter"]["tag_id"] for body in told(platform, SEND_ALL)] == [134]


async def test_who_left_meanwhile_loses_the_tag_before_the_call(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    await ended(by_tag, OneCall(openids=["o1", "o2", "o3"]))
    assert told(platform, UNTAG) == [{"tagid": 134, "openid_list": ["o3"]}]
    assert platform.paths().index(UNTAG) < platform.paths().index(SEND_ALL)


async def test_who_left_and_is_not_known_any_more_holds_nothing_up(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[UNTAG] = {"errcode": 49003, "errmsg": "…"}
    assert (await ended(by_tag, OneCall(openids=["o1", "o2", "o3"])))[-1] == ("taken", "9")


async def test_a_tag_that_cannot_be_taken_off_keeps_the_call_from_being_made(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[UNTAG] = {"errcode": 40035, "errmsg": "…"}
    result = await ended(by_tag, OneCall(openids=["o1", "o2", "o3"]))
    assert result[-1] == ("refused", "40035", NOON + A_MINUTE)
    assert SEND_ALL not in platform.paths()


@pytest.mark.parametrize("errcode", [0, 45058])
async def test_where_all_tags_are_used_up_those_that_nobody_knows_go(
    by_tag: WeChatGateway, platform: FakePlatform, errcode: int
) -> None:
    platform.answers[DELETE] = {"errcode": errcode, "errmsg": "…"}
    platform.answers[CREATE] = {"errcode": 45056, "errmsg": "…"}
    names = {2: "星标组", 100: "老客", 101: "shuke-aa-1", 102: "shuke-bb-1"}
    tags = [{"id": number, "name": name} for number, name in names.items()]
    platform.answers["/cgi-bin/tags/get"] = {"tags": tags}
    assert await ended(by_tag) == [("refused", "45056", NOON + A_MINUTE)]
    assert told(platform, DELETE) == [{"tag": {"id": 102}}]


@pytest.mark.parametrize(("errcode", "reason"), [(45059, "45059"), (50005, "not_subscribed")])
async def test_one_who_cannot_be_tagged_is_left_out_alone(
    by_tag: WeChatGateway, platform: FakePlatform, errcode: int, reason: str
) -> None:
    no = {"errcode": errcode, "errmsg": "…"}
    platform.answers[TAG] = lambda call: no if "o2" in call.data["openid_list"] else {"errcode": 0}
    result = await ended(by_tag, OneCall(openids=["o1", "o2"]))
    assert result == [("tag", 134), ("left out", {"o2": reason}), ("taken", "9")]
    assert told(platform, UNTAG) == []


async def test_where_nobody_can_be_tagged_nothing_is_sent(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[TAG] = {"errcode": 45059, "errmsg": "…"}
    result = await ended(by_tag)
    assert result[1:] == [("left out", {"o1": "45059", "o2": "45059"}), ("no tag", ROW)]
    assert SEND_ALL not in platform.paths()


async def test_tags_that_nothing_needs_are_given_back_first(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    result = await ended(by_tag, OneCall(worn_tags={5: 105, 1: 109}))
    assert result[:3] == [("no tag", 5), ("no tag", 1), ("tag", 134)]
    assert told(platform, DELETE) == [{"tag": {"id": 105}}, {"tag": {"id": 109}}]
    assert platform.paths().index(DELETE) < platform.paths().index(CREATE)


@pytest.mark.parametrize(("errcode", "forgotten"), [(45159, True), (-1, False)])
async def test_a_tag_that_cannot_be_given_back_does_not_stop_the_call(
    by_tag: WeChatGateway, platform: FakePlatform, errcode: int, forgotten: bool
) -> None:
    platform.answers[DELETE] = {"errcode": errcode, "errmsg": "…"}
    result = await ended(by_tag, OneCall(worn_tags={5: 105}))
    assert (("no tag", 5) in result, result[-1]) == (forgotten, ("taken", "9"))


@pytest.mark.parametrize(("path", "errcode"), [(TAG, 45159), (TAG, -1), (CREATE, -1)])
async def test_what_fails_before_the_call_leaves_nothing_unknown(
    by_tag: WeChatGateway, platform: FakePlatform, path: str, errcode: int
) -> None:
    platform.answers[path] = {"errcode": errcode, "errmsg": "…"}
    assert (await ended(by_tag))[-1] == ("refused", str(errcode), NOON + A_MINUTE)
    assert SEND_ALL not in platform.paths()
    assert platform.paths().count(DELETE) == (path == TAG)


async def test_a_call_that_another_worker_has_by_now_is_not_made(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    store = FakeCalls([OneCall()], is_ours=False)
    assert await ended(by_tag, store=store) == []
    assert not {CREATE, TAG, SEND_ALL} & set(platform.paths())


async def test_a_long_tagging_keeps_its_call(
    by_tag: WeChatGateway, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mass_tags, "KEEP_SECONDS", 0.0)
    people = [f"o{number}" for number in range(120)]
    store = FakeCalls([OneCall(openids=people)], staying=set(people))
    assert await ended(by_tag, store=store) == [("tag", 134), ("taken", "9")]
    assert [len(body["openid_list"]) for body in told(platform, TAG)] == [50, 50, 20]
    assert store.kept == len([CREATE, TAG, TAG, TAG])


async def test_subscription_accounts_have_a_quota_a_day(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[SEND_ALL] = {"errcode": 45028, "errmsg": "has no masssend quota"}
    (what, reason, until) = (await ended(by_tag))[-1]
    assert (what, reason, until.isoformat()) == ("refused", "45028", "2027-03-06T00:00:00+08:00")


async def test_what_closes_tags_nobody_any_more(
    by_tag: WeChatGateway, platform: FakePlatform
) -> None:
    store = FakeCalls([OneCall()])
    sender = sender_of(by_tag, store)
    store.when_tagged = sender.close
    await sender.send_ready()
    assert store.ended[-1] == ("refused", "not_begun", NOON + A_MINUTE)
    assert not {TAG, SEND_ALL} & set(platform.paths())
