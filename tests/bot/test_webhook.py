"""微信入口 over HTTP, with anything behind it: who is answered what, when, and by which way."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts import Account
from bot.chat import Content
from bot.inbox import Inbox
from bot.markup import Fields, read_xml
from bot.pushes import Push
from bot.webhook import Webhook
from storage.cache import Cache
from storage.cache_twin import TwinCache
from tests.bot.wire import (
    COMPATIBLE,
    MINI,
    NOW,
    OPENID,
    PLAIN,
    SAFE,
    Query,
    changed,
    crypto_of,
    outer_xml,
    plain_query,
    safe_push,
    safe_query,
    text_xml,
    without,
)

APOLOGY = "抱歉，请再试一次。"
ACCOUNTS = {"main": SAFE, "mini": MINI, "street": COMPATIBLE, "bare": PLAIN}


class Hasty(Inbox):
    """An inbox whose four seconds are a twentieth of one."""

    async def run(
        self,
        message_key: str,
        person_key: str,
        work: Callable[[], Awaitable[bytes]],
        *,
        late: Callable[[bytes], Awaitable[None]],
        apology: bytes = b"",
        deadline_seconds: float = 0.05,
    ) -> bytes | None:
        return await super().run(
            message_key,
            person_key,
            work,
            late=late,
            apology=apology,
            deadline_seconds=deadline_seconds,
        )


@dataclass
class Behind:
    """What stands behind the door: it says what a test wants and remembers what it was asked."""

    said: list[Content] = field(default_factory=lambda: [Content("text", "积分 82")])
    errors: list[Exception] = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    pushes: list[Push] = field(default_factory=list)
    queued: list[tuple[str, str, list[dict[str, Any]]]] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    was_queued: asyncio.Event = field(default_factory=asyncio.Event)

    async def dispatch(self, push: Push) -> list[Content]:
        self.pushes.append(push)
        self.was_asked.set()
        await self.may_end.wait()
        if self.errors:
            raise self.errors.pop(0)
        return list(self.said)

    async def queue(self, push: Push, part: str, contents: list[dict[str, Any]]) -> None:
        self.queued.append((push.account, part, contents))
        self.was_queued.set()

    def app(self, inbox: Inbox) -> web.Application:
        app = web.Application(client_max_size=256 * 1024)
        Webhook(
            ACCOUNTS,
            inbox,
            dispatch=self.dispatch,
            queue_replies=self.queue,
            is_outage=lambda error: isinstance(error, ConnectionError),
            apology=APOLOGY,
            now_seconds=lambda: float(NOW),
        ).add_to(app)
        return app


Door = TestClient[web.Request, web.Application]


@pytest.fixture
def behind() -> Behind:
    behind = Behind()
    behind.may_end.set()
    return behind


@pytest.fixture
async def door(behind: Behind) -> AsyncIterator[Door]:
    inbox = Inbox(Cache(TwinCache()))
    async with TestClient(TestServer(behind.app(inbox))) as client:
        yield client
    assert await inbox.drain(5) == 0


async def post(
    door: Door, push: tuple[Query, bytes], *, account: str = "main", kind: str = "text/xml"
) -> tuple[ClientResponse, bytes]:
    query, body = push
    response = await door.post(
        f"/wechat/{account}", params=query, data=body, headers={"Content-Type": kind}
    )
    return response, await response.read()


async def answer(door: Door, push: tuple[Query, bytes]) -> tuple[int, bytes]:
    response, body = await post(door, push)
    return response.status, body


def opened_reply(body: bytes, account: Account = SAFE) -> Fields:
    """The reply as WeChat's servers open it: signed, decrypted."""
    outer = read_xml(body)
    encrypted = str(outer["Encrypt"])
    crypto = crypto_of(account)
    signed = (str(outer["TimeStamp"]), str(outer["Nonce"]), encrypted)
    assert outer["MsgSignature"] == crypto.sign(*signed)
    return read_xml(crypto.decrypt(encrypted).message)


async def test_a_good_verification_gets_its_echo_as_plain_text(door: Door) -> None:
    query = [*plain_query(SAFE), ("echostr", "4375<b>")]
    response = await door.get("/wechat/main", params=query)
    assert (response.status, await response.text()) == (200, "4375<b>")
    assert response.content_type == "text/plain"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        [],
        [*plain_query(SAFE)],
        [*changed(plain_query(SAFE), "signature", "0" * 40), ("echostr", "1")],
        [*without(plain_query(SAFE), "nonce"), ("echostr", "1")],
        [*plain_query(SAFE, timestamp=NOW - 301), ("echostr", "1")],
        [*plain_query(SAFE, timestamp=NOW + 301), ("echostr", "1")],
        [*plain_query(SAFE), ("echostr", "1"), ("echostr", "2")],
    ],
)
async def test_a_bad_verification_is_refused_with_nothing(door: Door, query: Query) -> None:
    response = await door.get("/wechat/main", params=query)
    assert (response.status, await response.read()) == (403, b"")


async def test_a_text_is_answered_to_its_sender(door: Door, behind: Behind) -> None:
    response, body = await post(door, safe_push(text_xml("积分")))
    assert (response.status, response.content_type) == (200, "text/xml")
    reply = opened_reply(body)
    assert (reply["ToUserName"], reply["FromUserName"]) == (OPENID, SAFE.original_id)
    assert (reply["MsgType"], reply["Content"]) == ("text", "积分 82")
    assert [push.words for push in behind.pushes] == ["积分"]
    assert behind.queued == []


@pytest.mark.parametrize("name", ["street", "bare"])
async def test_the_other_modes_are_answered_in_their_own_form(door: Door, name: str) -> None:
    account, message = ACCOUNTS[name], text_xml("积分")
    push = (plain_query(account), message) if name == "bare" else safe_push(message, account)
    _, body = await post(door, push, account=name)
    reply = read_xml(body) if name == "bare" else opened_reply(body, account)
    assert reply["Content"] == "积分 82"


def forged() -> list[tuple[Query, bytes]]:
    query, body = safe_push(text_xml())
    other = crypto_of(SAFE).encrypt(text_xml("转账"))
    return [
        ([], body),
        (without(query, "signature"), body),
        (without(query, "msg_signature"), body),
        (changed(query, "msg_signature", "0" * 40), body),
        (changed(query, "signature", "A" * 40), body),
        (changed(query, "timestamp", "soon"), body),
        (safe_query("x" * 64, timestamp=NOW - 301), outer_xml("x" * 64)),
        (query, outer_xml(other)),
        (query, b""),
        (query, b"<xml>"),
        (query, b"\xff\xfe\x00"),
        (plain_query(SAFE), text_xml()),
        (safe_query("!!!!"), outer_xml("!!!!")),
        safe_push(text_xml(), account=SAFE, key="Z" * 42 + "A"),
    ]


@pytest.mark.parametrize("push", forged())
async def test_what_is_not_proved_to_be_wechats_is_refused(
    door: Door, behind: Behind, push: tuple[Query, bytes]
) -> None:
    assert await answer(door, push) == (403, b"")
    assert (behind.pushes, behind.queued) == ([], [])


@pytest.mark.parametrize(
    "message",
    [
        b"no xml at all",
        b"<xml></xml>",
        b"<json/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><a>&a;</a></xml>',
        text_xml(FromUserName=""),
        text_xml(FromUserName="../../etc"),
        text_xml(CreateTime="soon"),
        text_xml(MsgId="x"),
        text_xml(MsgType=""),
        text_xml(ToUserName="gh_another"),
    ],
)
async def test_what_is_authentic_but_useless_is_quietly_taken(
    door: Door, behind: Behind, message: bytes
) -> None:
    assert await answer(door, safe_push(message)) == (200, b"success")
    assert (behind.pushes, behind.queued) == ([], [])


@pytest.mark.parametrize(
    "message",
    [text_xml(MsgType="hologram"), text_xml(MsgType="event", Event="of_tomorrow")],
)
async def test_a_kind_of_tomorrow_with_nothing_to_say_is_taken(
    door: Door, behind: Behind, message: bytes
) -> None:
    behind.said = []
    assert await answer(door, safe_push(message)) == (200, b"success")
    assert len(behind.pushes) == 1


async def test_over_64_kilobytes_is_too_large_however_it_is_sent(
    door: Door, behind: Behind
) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(65):
            yield b"x" * 1024

    query, _ = safe_push(text_xml())
    assert (await post(door, (query, b"x" * (64 * 1024 + 1))))[0].status == 413
    assert (await door.post("/wechat/main", params=query, data=in_pieces())).status == 413
    assert (await post(door, (query, b"x" * 64 * 1024)))[0].status == 403
    assert behind.pushes == []


async def test_an_account_nobody_configured_is_not_found(door: Door) -> None:
    assert (await post(door, safe_push(text_xml()), account="other"))[0].status == 404


async def test_a_repeat_gets_the_first_answer_under_its_own_nonce(
    door: Door, behind: Behind
) -> None:
    message = text_xml("入会")
    first = await post(door, safe_push(message))
    behind.said = [Content("text", "另一句")]
    again = await post(door, safe_push(message))
    assert opened_reply(again[1])["Content"] == opened_reply(first[1])["Content"] == "积分 82"
    assert len(behind.pushes) == 1


async def test_three_deliveries_at_once_act_once(door: Door, behind: Behind) -> None:
    behind.may_end.clear()
    tasks = [asyncio.ensure_future(post(door, safe_push(text_xml()))) for _ in range(3)]
    await asyncio.wait_for(behind.was_asked.wait(), 5)
    behind.may_end.set()
    answers = await asyncio.gather(*tasks)
    assert {str(opened_reply(body)["Content"]) for _, body in answers} == {"积分 82"}
    assert len(behind.pushes) == 1


async def test_what_comes_after_the_first_text_is_queued(door: Door, behind: Behind) -> None:
    behind.said = [Content("text", "会员码"), Content("qr", "66"), Content("text", "再见")]
    _, body = await post(door, safe_push(text_xml()))
    assert opened_reply(body)["Content"] == "会员码"
    rest = [{"kind": "qr", "value": "66"}, {"kind": "text", "value": "再见"}]
    assert behind.queued == [("main", "", rest)]


async def test_a_picture_first_cannot_be_the_reply(door: Door, behind: Behind) -> None:
    behind.said = [Content("qr", "66"), Content("text", "再见")]
    assert await answer(door, safe_push(text_xml())) == (200, b"success")
    assert [content["kind"] for content in behind.queued[0][2]] == ["qr", "text"]


async def test_a_late_answer_follows_through_the_queue(behind: Behind) -> None:
    behind.may_end.clear()
    inbox = Hasty(Cache(TwinCache()))
    async with TestClient(TestServer(behind.app(inbox))) as door:
        push = safe_push(text_xml())
        assert await answer(door, push) == (200, b"success")
        assert behind.queued == []
        behind.may_end.set()
        await asyncio.wait_for(behind.was_queued.wait(), 5)
        assert await answer(door, push) == (200, b"success")
    assert await inbox.drain(5) == 0
    assert behind.queued == [("main", "late", [{"kind": "text", "value": "积分 82"}])]


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_a_mini_program_gets_success_and_all_by_the_queue(
    door: Door, behind: Behind, form: str
) -> None:
    in_xml = text_xml("积分")
    message = in_xml if form == "xml" else json.dumps(read_xml(in_xml)).encode()
    encrypted = crypto_of(MINI).encrypt(message)
    body = outer_xml(encrypted) if form == "xml" else json.dumps({"Encrypt": encrypted}).encode()
    response, told = await post(
        door, (safe_query(encrypted, MINI), body), account="mini", kind=f"application/{form}"
    )
    assert (response.status, told) == (200, b"success")
    assert behind.queued == [("mini", "", [{"kind": "text", "value": "积分 82"}])]


async def test_an_outage_is_no_answer_so_the_push_comes_again(door: Door, behind: Behind) -> None:
    behind.errors = [ConnectionError("database")]
    push = safe_push(text_xml())
    assert await answer(door, push) == (503, b"")
    status, body = await answer(door, push)
    assert (status, opened_reply(body)["Content"]) == (200, "积分 82")
    assert len(behind.pushes) == 2


async def test_a_bug_is_one_apology(door: Door, behind: Behind) -> None:
    behind.errors = [ZeroDivisionError("积分")]
    status, body = await answer(door, safe_push(text_xml()))
    assert (status, opened_reply(body)["Content"]) == (200, APOLOGY)
    assert (len(behind.pushes), behind.queued) == (1, [])


async def test_a_bug_behind_a_mini_program_says_nothing(door: Door, behind: Behind) -> None:
    behind.errors = [ZeroDivisionError()]
    response, body = await post(door, safe_push(text_xml(), MINI), account="mini")
    assert (response.status, body) == (200, b"success")


@pytest.mark.parametrize("typed", ["🧧恭喜👨‍👩‍👧", "a]]>b", "<b>&amp;", "{x}", "积\u0301"])
async def test_what_was_typed_arrives_and_returns_as_it_was(
    door: Door, behind: Behind, typed: str
) -> None:
    behind.said = [Content("text", typed)]
    message = text_xml("TYPED").replace(b"TYPED", typed.replace("]]>", "]]]]><![CDATA[>").encode())
    _, body = await post(door, safe_push(message))
    assert [push.words for push in behind.pushes] == [typed]
    assert opened_reply(body)["Content"] == typed


async def test_what_no_database_can_hold_is_dropped_on_the_way(door: Door, behind: Behind) -> None:
    behind.said = [Content("text", "积\x00分\ufffe")]
    _, body = await post(door, safe_push(text_xml("积\x00\x08分")))
    assert [push.words for push in behind.pushes] == ["积分"]
    assert opened_reply(body)["Content"] == "积分"


async def test_a_reply_longer_than_the_platform_takes_is_cut_at_a_letter(
    door: Door, behind: Behind
) -> None:
    behind.said = [Content("text", "积" * 1000)]
    _, body = await post(door, safe_push(text_xml()))
    assert opened_reply(body)["Content"] == "积" * 682
