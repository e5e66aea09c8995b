"""Pushes that are not quite WeChat's (变造推送): none acts, none is told why."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.contract.accounts import MAIN, MINI
from tests.contract.bench import Bench
from tests.contract.mutations import FORGED
from tests.contract.rig import scale, seed
from tests.contract.wire import xml_of

TRIES = 250
DEEP = b"[" * 5000 + b"]" * 5000

# Signed and encrypted as they should be, of no use inside.
USELESS_XML: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda good: good[:-20],
    "document type": lambda good: b"<!DOCTYPE xml>" + good,
    "entity": lambda good: b'<!DOCTYPE xml [<!ENTITY a "b">]>' + good.replace(b"<MsgId>", b"&a;"),
    "empty": lambda good: b"",
    "blank": lambda good: b"  ",
    "another root": lambda good: good.replace(b"xml>", b"html>"),
    "no sender": lambda good: without(good, b"FromUserName"),
    "no kind": lambda good: without(good, b"MsgType"),
    "no account": lambda good: without(good, b"ToUserName"),
    "no time": lambda good: without(good, b"CreateTime"),
    "two senders": lambda good: good.replace(b"</xml>", b"<FromUserName>o1</FromUserName></xml>"),
    "not utf-8": lambda good: good.replace(b"<Content>", b"<Content>\xff\xfe\xc0\xaf"),
    "control characters": lambda good: good.replace(b"<Content>", b"<Content>\x00\x01"),
    "deep": lambda good: b"<xml>" + b"<a>" * 3000 + b"</a>" * 3000 + b"</xml>",
    "words": lambda good: "你好".encode(),
}
USELESS_JSON = {
    "list": b"[]",
    "word": b'"text"',
    "number": b"1e999",
    "null": b"null",
    "cut off": b'{"ToUserName": "gh_5d000000b002", "FromUser',
    "deep": b'{"ToUserName": ' + DEEP + b"}",
    "long number": b'{"CreateTime": ' + b"9" * 5000 + b"}",
    "nan": b'{"FromUserName": NaN, "MsgType": "text"}',
    "sender is a number": b'{"ToUserName": "gh_5d000000b002", "FromUserName": 7}',
    "sender is a list": b'{"ToUserName": "gh_5d000000b002", "FromUserName": ["o"]}',
    "sender is nothing": b'{"ToUserName": "gh_5d000000b002", "FromUserName": null}',
    "kind is an object": b'{"ToUserName": "gh_5d000000b002", "FromUserName": "o", "MsgType": {}}',
    "lone surrogate": b'{"ToUserName": "gh_5d000000b002", "FromUserName": "\\ud83d"}',
    "nul": b'{"ToUserName": "gh_5d000000b002", "FromUserName": "\\u0000", "MsgType": "text"}',
    "key twice": b'{"ToUserName": "gh_5d000000b002", "ToUserName": "x", "MsgType": "text"}',
}


def without(message: bytes, name: bytes) -> bytes:
    start = message.index(b"<" + name + b">")
    end = message.index(b"</" + name + b">") + len(name) + 3
    return message[:start] + message[end:]


async def test_no_forged_push_is_let_in(bench: Bench) -> None:
    chance, phone = random.Random(seed()), await bench.member()
    token = await bench.receipt(7700)
    before, answers, errors = await bench.at_rest(), set(), bench.shop.errors()
    for number in range(scale(TRIES)):
        kind = chance.choice(list(FORGED))
        envelope = FORGED[kind](xml_of(phone.text(token)), chance)
        answer = await phone.post(envelope, at=number)
        answers.add((answer.status, answer.raw, kind if answer.status != 403 else ""))
    assert answers == {(403, b"", "")}
    assert bench.shop.errors() == errors
    assert await bench.holdings() == before
    assert "127" in await phone.says(token)


@pytest.mark.parametrize("kind", USELESS_XML)
async def test_authentic_xml_of_no_use_is_taken_and_does_nothing(bench: Bench, kind: str) -> None:
    phone = await bench.member()
    before = await bench.at_rest()
    answer = await phone.deliver(USELESS_XML[kind](xml_of(phone.text("一二三"))))
    assert answer.status == 200
    if kind not in ("not utf-8", "control characters", "two senders"):  # may be read with care
        assert answer.is_nothing
        assert await bench.holdings() == before


@pytest.mark.parametrize("kind", USELESS_JSON)
async def test_authentic_json_of_no_use_is_taken_and_does_nothing(bench: Bench, kind: str) -> None:
    phone = bench.phone(MINI)
    before, sent = await bench.at_rest(), len(bench.wechat.journal)
    answer = await phone.deliver(USELESS_JSON[kind])
    assert (answer.status, answer.is_nothing) == (200, True)
    assert await bench.holdings() == before
    assert len(bench.wechat.journal) == sent


async def test_an_unknown_account_is_nobodys_door(bench: Bench) -> None:
    phone = bench.phone(replace(MAIN, name="nobody"))
    answer = await phone.deliver(phone.text("帮助"))
    assert answer.status in (403, 404)
