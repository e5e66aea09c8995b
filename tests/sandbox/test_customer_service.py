"""Customer-service messages: the allowance of each trigger, and what a message must look like."""

from typing import Any

import pytest

from sandbox.config import AllowanceRules
from tests.sandbox.rig import MINI, Rig, Rigging

SEND = "/cgi-bin/message/custom/send"


async def send(rig: Rig, words: str = "您好", **changes: Any) -> int:
    body = {"touser": rig.openid, "msgtype": "text", "text": {"content": words}, **changes}
    return int((await rig.call(SEND, body))["errcode"])


async def send_until_refused(rig: Rig) -> tuple[int, int]:
    """How many went through, and the code that ended it."""
    for sent in range(50):
        if errcode := await send(rig):
            return sent, errcode
    raise AssertionError("never refused")


async def follow_and_forget(rig: Rig) -> None:
    await rig.act("follow")
    rig.pass_time(minutes=2)


async def new_media(rig: Rig) -> str:
    shelf = rig.world.media
    return shelf.put(rig.shop.account, "image", b"x", content_type="image/png", file_name="x").id


async def test_a_text_of_the_member_gives_five_messages_for_two_days(rig: Rig) -> None:
    await follow_and_forget(rig)
    await rig.act("text", text="在吗")
    assert await send_until_refused(rig) == (5, 45047)
    await rig.act("text", text="在吗")
    rig.pass_time(hours=49)
    assert await send(rig) == 45015


@pytest.mark.parametrize("trigger", ["follow", "menu link", "scan"])
async def test_other_triggers_give_three_messages_for_a_minute(rig: Rig, trigger: str) -> None:
    if trigger == "follow":
        await rig.act("follow")
    elif trigger == "menu link":
        await follow_and_forget(rig)
        await rig.act("text", text="我要入会", menu_id="1")
    else:
        await follow_and_forget(rig)
        body = {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 7}}}
        code = await rig.call("/cgi-bin/qrcode/create", body)
        await rig.act("scan", content=code["url"])
    assert await send_until_refused(rig) == (3, 45047)
    rig.pass_time(seconds=61)
    assert await send(rig) == 45015


async def test_a_menu_tap_gives_three_but_opening_a_page_gives_none(rig: Rig) -> None:
    view = {"type": "view", "name": "会员卡", "url": "http://example.com/"}
    click = {"type": "click", "name": "积分", "key": "POINTS"}
    await rig.call("/cgi-bin/menu/create", {"button": [click, view]})
    await follow_and_forget(rig)
    await rig.act("menu", path=[1])
    assert await send(rig) == 45015
    await rig.act("menu", path=[0])
    assert await send_until_refused(rig) == (3, 45047)


async def test_the_leave_that_ends_first_is_spent_first(rig: Rig) -> None:
    await rig.act("follow")
    await rig.act("text", text="在吗")
    for _ in range(3):
        await send(rig)
    rig.pass_time(minutes=2)
    assert await send_until_refused(rig) == (5, 45047)


async def test_leaves_of_one_kind_may_be_told_not_to_stack(rigging: Rigging) -> None:
    rig = await rigging.rig(allowance=AllowanceRules(stack=False))
    await follow_and_forget(rig)
    await rig.act("text", text="在吗")
    await rig.act("text", text="在吗？")
    assert await send_until_refused(rig) == (5, 45047)


async def test_leaving_closes_the_window(rig: Rig) -> None:
    await rig.act("follow")
    await rig.act("text", text="在吗")
    await rig.act("unfollow")
    assert await send(rig) == 45015
    await follow_and_forget(rig)
    assert await send(rig) == 45015


async def test_a_message_arrives_as_service_and_ends_the_typing(rig: Rig) -> None:
    await rig.act("follow")
    typing = {"touser": rig.openid, "command": "Typing"}
    path = "/cgi-bin/message/custom/typing"
    assert (await rig.call(path, typing))["errcode"] == 0
    assert (await rig.call(path, typing))["errcode"] == 45081
    assert (await rig.ask("phones/p1/chat?account=main"))["typing"] is True
    await send(rig, "来了 😀")
    chat = await rig.ask("phones/p1/chat?account=main")
    assert chat["typing"] is False
    assert (chat["messages"][-1]["text"], chat["messages"][-1]["via"]) == ("来了 😀", "service")


async def test_typing_needs_a_member_who_was_just_there(rig: Rig) -> None:
    await follow_and_forget(rig)
    body = {"touser": rig.openid, "command": "Typing"}
    assert (await rig.call("/cgi-bin/message/custom/typing", body))["errcode"] == 45080
    body["command"] = "Knock"
    assert (await rig.call("/cgi-bin/message/custom/typing", body))["errcode"] == 45072


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"touser": "o" + "x" * 27}, 40003),
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "wxcard"}, 45113),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "长" * 700}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "nowhere"}}, 40007),
        ({"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 40035),
    ],
)
async def test_a_message_that_is_not_in_order_is_refused(
    rig: Rig, changes: dict[str, Any], errcode: int
) -> None:
    await rig.act("follow")
    assert await send(rig, **changes) == errcode


async def test_escaped_letters_are_refused_and_raw_ones_are_not(rig: Rig) -> None:
    await rig.act("follow")
    token = await rig.token()
    start = b'{"touser":"' + rig.openid.encode() + b'","msgtype":"text","text":{"content":"'
    for content, errcode in ((rb"\u4f60\u597d", 40033), (rb"C:\\users", 0), ("你好".encode(), 0)):
        answer = await rig.post(SEND, start + content + b'"}}', access_token=token)
        assert answer["errcode"] == errcode


async def test_every_kind_of_message_reaches_the_chat(rig: Rig) -> None:
    await rig.act("follow")
    await rig.act("text", text="在吗")
    media = await new_media(rig)
    branches: dict[str, dict[str, Any]] = {
        "image": {"media_id": media},
        "voice": {"media_id": media},
        "video": {"media_id": media, "thumb_media_id": media},
        "music": {"musicurl": "http://m", "hqmusicurl": "http://m", "thumb_media_id": media},
        "news": {"articles": [{"title": "t", "url": "http://u"}]},
        "mpnewsarticle": {"article_id": "a"},
        "msgmenu": {"head_content": "?", "list": [{"id": "1", "content": "好"}]},
        "miniprogrampage": {"appid": "wx1", "pagepath": "p", "thumb_media_id": media},
    }
    for kind, branch in branches.items():
        changes: dict[str, Any] = {"msgtype": kind, kind: branch}
        assert await send(rig, **changes) == 0
    shown = [entry["kind"] for entry in await rig.chat() if entry["from"] == "account"]
    expected = ["image", "voice", "video", "news", "news", "news", "menu", "miniprogrampage"]
    assert shown == expected


async def test_a_mini_program_writes_after_its_chat_was_opened(rigging: Rigging) -> None:
    rig = await rigging.rig(MINI)
    assert await send(rig) == 45015
    await rig.act("enter")
    assert await send_until_refused(rig) == (2, 45047)
    assert await send(rig, msgtype="news", news={"articles": [{}]}) == 40008
