"""The WeChat door (微信回调): who is let in, in every mode, and what the rest is told."""

import asyncio
import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.contract.accounts import BARE, MAIN, MINI, OLD_MAIN, OPEN
from tests.contract.bench import Bench
from tests.contract.client import numbers_in
from tests.contract.wire import Account, fresh_query, sealed, xml_of

ECHO = "4375120948345356249"


async def verification(bench: Bench, query: dict[str, str]) -> tuple[int, bytes, str]:
    url = f"{bench.shop.urls[0]}/wechat/main?{urlencode(query)}"
    async with bench.session.get(url) as response:
        return response.status, await response.read(), response.content_type


async def test_a_good_verification_is_answered_with_its_echo(bench: Bench) -> None:
    query = fresh_query(MAIN.token) | {"echostr": ECHO}
    for _ in range(2):  # saving the same settings again sends it again
        assert await verification(bench, query) == (200, ECHO.encode(), "text/plain")


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "0" * 40},
        {"signature": ""},
        {"nonce": "1"},
        {"timestamp": "1714036504"},
        fresh_query("another token"),
        fresh_query(MAIN.token, timestamp=int(time.time()) - 900),
    ],
)
async def test_a_bad_verification_is_refused(bench: Bench, wrong: dict[str, str]) -> None:
    query = fresh_query(MAIN.token) | {"echostr": ECHO} | wrong
    status, body, _ = await verification(bench, query)
    assert (status, body) == (403, b"")


@pytest.mark.parametrize("account", [MAIN, OPEN, BARE], ids=lambda account: account.mode)
async def test_every_mode_is_answered(bench: Bench, account: Account) -> None:
    phone = bench.phone(account)
    await phone.follows()
    assert "积分" in await phone.says("帮助", at=1)


async def test_the_key_before_the_change_is_still_good(bench: Bench) -> None:
    phone = bench.phone(OLD_MAIN)  # answers under the key it was asked with
    await phone.follows()
    assert "积分" in await phone.says("帮助")


@pytest.mark.parametrize("seconds", [-900, -330, 330, 900])
async def test_a_push_from_another_time_is_refused(bench: Bench, seconds: int) -> None:
    phone = bench.phone()
    message = xml_of(phone.text("帮助"))
    answer = await phone.post(sealed(MAIN, message, timestamp=int(time.time()) + seconds))
    assert (answer.status, answer.raw) == (403, b"")


async def test_a_clear_body_is_refused_where_only_safe_is_spoken(bench: Bench) -> None:
    phone = bench.phone()
    answer = await phone.post(sealed(replace(MAIN, mode="plain"), xml_of(phone.text("帮助"))))
    assert (answer.status, answer.raw) == (403, b"")


async def test_over_64_kilobytes_is_too_large(bench: Bench) -> None:
    phone = bench.phone()
    answer = await phone.deliver(phone.text("x" * 70_000))
    assert answer.status == 413


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "event", "Event": "an_event_of_tomorrow", "EventKey": "x"},
        {"MsgType": "hologram"},
        {"MsgType": "text", "Content": "帮助", "ToUserName": "gh_000000000000"},
        {"MsgType": "text", "Content": "帮助", "FromUserName": ""},
        {"MsgType": "text", "Content": "帮助", "CreateTime": "soon"},
        {"MsgType": ""},
    ],
    ids=str,
)
async def test_what_is_authentic_but_useless_is_quietly_taken(
    bench: Bench, fields: dict[str, Any]
) -> None:
    phone = bench.phone()
    answer = await phone.deliver(phone.push("event") | fields)
    assert answer.status == 200
    assert answer.is_nothing


def as_json(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


@pytest.mark.parametrize("form", [xml_of, as_json], ids=["xml", "json"])
async def test_a_mini_program_is_answered_by_one_service_message(bench: Bench, form: Any) -> None:
    phone = bench.phone(MINI)
    first, second = form(phone.text("帮助")), form(phone.text("帮助"))
    before = len(bench.wechat.journal)
    answers = await asyncio.gather(*(phone.deliver(first, at=at) for at in range(3)))
    assert {(answer.status, answer.raw) for answer in answers} == {(200, b"success")}
    assert "积分" in await phone.hears(after=before)
    middle = len(bench.wechat.journal)
    await phone.deliver(second)
    await phone.hears(after=middle)
    heard = bench.wechat.sent_to(phone.openid, after=before)
    assert [sent.appid for sent in heard] == [MINI.appid] * 2


async def test_a_token_that_is_no_longer_the_latest_is_replaced(bench: Bench) -> None:
    phone = bench.phone(MINI)
    for _ in range(2):
        before = len(bench.wechat.journal)
        await phone.deliver(phone.text("帮助"))
        assert await phone.hears(after=before)
        bench.wechat.forget_tokens()


async def test_a_late_answer_follows_as_a_service_message(bench: Bench) -> None:
    phone = await bench.follower()
    await phone.says("入会")
    before = len(bench.wechat.journal)
    async with bench.writes_held():
        started = time.monotonic()
        answer = await phone.deliver(phone.text("同意"))
        assert time.monotonic() - started < 5
    assert (answer.status, answer.is_nothing) == (200, True)
    assert "50" in numbers_in(await phone.hears(after=before))
    assert "50" in await bench.points_of(phone)


async def test_nothing_we_send_to_wechat_is_escaped_or_unknown(bench: Bench) -> None:
    assert bench.wechat.faults == []
    assert bench.wechat.calls == []
