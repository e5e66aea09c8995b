"""Pushes in every mode, the three tries, and what the member sees of the answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import pytest

from sandbox.clock import machine_unix
from sandbox.identifiers import new_message_id
from sandbox.push.crypto import signature
from sandbox.push.wire import to_xml
from tests.sandbox.fake_shop import Answer, FakeShop, bare, says, too_late
from tests.sandbox.rig import MAIN, MINI, Rig, Rigging

TIP = "该公众号提供的服务出现故障，请稍后再试"
FROM_ME = {"FromUserName": MAIN.original_id, "CreateTime": 1}


async def last_text(rig: Rig) -> str:
    return str((await rig.chat())[-1]["text"])


async def followed(rigging: Rigging, mode: Literal["safe", "compatible", "plain"]) -> Rig:
    rig = await rigging.rig(replace(MAIN, mode=mode))
    await rig.act("follow")
    rig.shop.pushes.clear()
    return rig


@pytest.mark.parametrize("mode", ["safe", "compatible", "plain"])
async def test_a_text_is_pushed_and_answered_in_every_mode(
    rigging: Rigging, mode: Literal["safe", "compatible", "plain"]
) -> None:
    rig = await followed(rigging, mode)
    rig.shop.answers = [says(rig.shop, "您好 ]]> <小王>")]
    assert (await rig.act("text", text="积分"))["verdict"] == "reply"
    message = rig.shop.pushes[0].message
    assert (message["Content"], message["FromUserName"]) == ("积分", rig.openid)
    assert int(message["MsgId"]) > 2**53
    shown = (await rig.chat())[-1]
    assert (shown["text"], shown["from"], shown["via"]) == ("您好 ]]> <小王>", "account", "reply")


async def test_safe_mode_shows_nothing_in_clear_and_signs_what_it_hides(rig: Rig) -> None:
    await rig.act("follow")
    push = rig.shop.pushes[0]
    outer = push.raw[push.raw.index("<Encrypt>") :]
    cipher_text = outer.removeprefix("<Encrypt><![CDATA[").split("]]>")[0]
    stamp, nonce = push.query["timestamp"], push.query["nonce"]
    assert "FromUserName" not in push.raw
    assert push.query["msg_signature"] == signature(MAIN.token, stamp, nonce, cipher_text)
    assert push.query["signature"] == signature(MAIN.token, stamp, nonce)
    assert push.query["openid"] == rig.openid


async def test_compatible_mode_sends_both_forms_and_plain_only_the_clear_one(
    rigging: Rigging,
) -> None:
    both, clear = await followed(rigging, "compatible"), await followed(rigging, "plain")
    for rig in (both, clear):
        await rig.act("text", text="积分")
    assert "<Content><![CDATA[积分]]>" in both.shop.pushes[0].raw
    assert "<Encrypt>" in both.shop.pushes[0].raw
    assert "<Encrypt>" not in clear.shop.pushes[0].raw
    assert "encrypt_type" not in clear.shop.pushes[0].query


async def test_compatible_mode_takes_a_clear_reply_too(rigging: Rigging) -> None:
    rig = await followed(rigging, "compatible")
    body = to_xml({"ToUserName": rig.openid, **FROM_ME, "MsgType": "text", "Content": "好"})
    rig.shop.answers = [bare(body)]
    assert (await rig.act("text", text="积分"))["verdict"] == "reply"


@pytest.mark.parametrize("nothing", ["", "success"])
async def test_empty_and_success_mean_nothing_to_say(rig: Rig, nothing: str) -> None:
    await rig.act("follow")
    rig.shop.answers = [bare(nothing)]
    before = len(await rig.chat())
    assert (await rig.act("text", text="积分"))["verdict"] == "nothing"
    assert len(await rig.chat()) == before + 1


async def test_no_answer_in_time_three_times_is_a_fault_the_member_sees(rig: Rig) -> None:
    rig.shop.answers = [too_late]
    assert (await rig.act("follow"))["verdict"] == "fault tip"
    assert await last_text(rig) == TIP
    assert len(rig.shop.pushes) == 3


async def test_each_try_has_its_own_nonce_and_the_same_message(rig: Rig) -> None:
    await rig.act("follow")
    rig.shop.pushes.clear()
    rig.shop.answers = [too_late, bare("", 500), says(rig.shop, "迟到的回复")]
    assert (await rig.act("text", text="积分"))["verdict"] == "reply"
    assert len({push.query["nonce"] for push in rig.shop.pushes}) == 3
    assert len({push.message["MsgId"] for push in rig.shop.pushes}) == 1
    assert len({push.message["CreateTime"] for push in rig.shop.pushes}) == 1
    assert await last_text(rig) == "迟到的回复"


Maker = Callable[[FakeShop], Answer]


def replies(**fields: Any) -> Maker:
    return lambda shop: lambda push: shop.reply(push, **fields)


def sealed(text: str) -> Maker:
    return lambda shop: bare(shop.sealed(text))


def tampered(shop: FakeShop) -> Answer:
    return bare(shop.sealed("<xml></xml>").replace("<Nonce><![CDATA[", "<Nonce><![CDATA[x"))


MALFORMED: list[tuple[str, Maker]] = [
    ("must be encrypted", lambda shop: bare("<xml><MsgType>text</MsgType></xml>")),
    ("not XML", lambda shop: bare('{"MsgType": "text"}')),
    ("not XML", lambda shop: bare("success\n")),
    ("MsgSignature", tampered),
    ("not XML", sealed("<xml><MsgType>")),
    ("document type", sealed("<!DOCTYPE a []><xml></xml>")),
    ("not the member", replies(MsgType="text", Content="x", ToUserName=MAIN.original_id)),
    ("not the account", replies(MsgType="text", Content="x", FromUserName="o1")),
    ("not a reply", replies(MsgType="poem", Content="x")),
    ("Content is empty", replies(MsgType="text", Content="")),
    ("over 2048 bytes", replies(MsgType="text", Content="长" * 700)),
    ("no media", replies(MsgType="image", Image={"MediaId": "nowhere"})),
    ("Image is missing", replies(MsgType="image")),
    ("ArticleCount", replies(MsgType="news", ArticleCount=2, Articles={"item": [{"Title": "a"}]})),
]


@pytest.mark.parametrize(("reason", "maker"), MALFORMED)
async def test_a_malformed_answer_is_a_fault_at_once(rig: Rig, reason: str, maker: Maker) -> None:
    await rig.act("follow")
    rig.shop.answers = [maker(rig.shop)]
    told = await rig.act("text", text="积分")
    (row,) = (await rig.ask(f"journal?after={told['journal'] - 1}"))["rows"]
    assert [reason in attempt["verdict"] for attempt in row["attempts"]] == [True]
    assert row["verdict"] == "fault tip"
    assert await last_text(rig) == TIP


async def test_every_kind_of_reply_reaches_the_chat(rig: Rig) -> None:
    await rig.act("follow")
    media = rig.world.media.put(
        rig.shop.account, "image", b"x", content_type="image/png", file_name="x"
    )
    article = {"Title": "新品", "Description": "桂花", "PicUrl": "http://p", "Url": "http://u"}
    kinds: dict[str, dict[str, Any]] = {
        "image": {"Image": {"MediaId": media.id}},
        "voice": {"Voice": {"MediaId": media.id}},
        "video": {"Video": {"MediaId": media.id, "Title": "冲泡"}},
        "music": {"Music": {"ThumbMediaId": media.id, "Title": "曲"}},
        "news": {"ArticleCount": 1, "Articles": {"item": [article]}},
        "transfer_customer_service": {},
    }
    for kind, parts in kinds.items():
        rig.shop.answers = [replies(MsgType=kind, **parts)(rig.shop)]
        await rig.act("text", text="看看")
    shown = [entry["kind"] for entry in await rig.chat() if entry["from"] == "account"]
    assert shown == ["image", "voice", "video", "news", "news"]
    assert (await rig.chat())[-1]["kind"] == "tip"


async def test_a_failed_unfollow_leaves_no_tip(rig: Rig) -> None:
    await rig.act("follow")
    rig.shop.answers = [bare("", 500)]
    assert (await rig.act("unfollow"))["verdict"] == "nothing"
    assert await last_text(rig) != TIP


async def test_a_mini_program_is_told_in_json_and_shows_no_passive_reply(rigging: Rigging) -> None:
    rig = await rigging.rig(MINI)
    rig.shop.answers = [says(rig.shop, "您好")]
    assert (await rig.act("text", text="客服"))["verdict"] == "nothing"
    message = rig.shop.pushes[0].message
    assert rig.shop.pushes[0].raw.startswith("{")
    assert (message["MsgType"], type(message["MsgId"])) == ("text", int)
    assert [entry["from"] for entry in await rig.chat()] == ["member"]


async def test_a_message_has_the_jumped_time_and_its_signature_the_machines(rig: Rig) -> None:
    rig.pass_time(days=30)
    await rig.act("follow")
    (push,) = rig.shop.pushes
    assert abs(int(push.query["timestamp"]) - machine_unix()) <= 5
    assert int(push.message["CreateTime"]) - machine_unix() >= 30 * 86400 - 5


def test_message_numbers_grow_and_never_repeat() -> None:
    numbers = [new_message_id() for _ in range(2000)]
    assert numbers == sorted(set(numbers))
    assert 2**53 < numbers[0] < numbers[-1] < 2**63


async def test_the_address_check_wants_its_echo_unchanged(rig: Rig) -> None:
    assert (await rig.tell("accounts/main/verify"))["verified"] is True
    rig.shop.echo = '"quoted"'
    assert (await rig.tell("accounts/main/verify"))["verified"] is False


async def test_the_journal_tells_each_try(rig: Rig) -> None:
    rig.shop.answers = [bare("", 503), says(rig.shop, "欢迎")]
    await rig.act("follow")
    (row,) = (await rig.ask("journal"))["rows"]
    assert (row["direction"], row["account"], row["verdict"]) == ("push", "main", "reply")
    assert [attempt["status"] for attempt in row["attempts"]] == [503, 200]
    assert row["answer"]["Content"] == "欢迎"
    assert (await rig.ask(f"journal?after={row['n']}"))["rows"] == []
