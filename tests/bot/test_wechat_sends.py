"""Sends (发送接口): every body as the platform wants it, raw and complete."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.delivery_errors import DeliveryFailed
from bot.wechat import WeChatGateway
from bot.wechat_mass import (
    MassContent,
    create_tag,
    delete_tag,
    mass_delete,
    mass_preview,
    mass_send,
    mass_send_all,
    mass_state,
    tag_people,
    untag_people,
)
from bot.wechat_sends import (
    send_article,
    send_menu,
    send_mini_card,
    send_mini_subscription,
    send_once,
    send_subscription,
    send_template,
)
from loyalty.notice_forms import FilledForm, Offer, ServiceNotice
from tests.bot.fake_wechat import FakePlatform
from tests.bot.test_wechat import gateway_of
from tests.bot.wire import OPENID
from tests.source_code import ROOT

CUSTOM = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"
MASS = "/cgi-bin/message/mass"
NOTICE = ServiceNotice(FilledForm("t1", {"thing1": "拿铁", "amount2": "50.00元"}, page="p"))
DATA = {"thing1": {"value": "拿铁"}, "amount2": {"value": "50.00元"}}
TEXT = MassContent("text", "新品上市")
BIG = 2**63 - 1


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
async def gateway(platform: FakePlatform) -> AsyncIterator[WeChatGateway]:
    async with TestServer(platform.app()) as server, ClientSession() as session:
        gateway = gateway_of(session, str(server.make_url("")).rstrip("/"))
        yield gateway
        await gateway.close()


def told(platform: FakePlatform, path: str) -> Any:
    """What was sent there last, and that it was raw (40033)."""
    call = next(call for call in reversed(platform.calls) if call.path == path)
    assert b"\\u" not in call.body
    return call.data


def says(platform: FakePlatform, path: str, **answer: Any) -> None:
    platform.answers[path] = {"errcode": 0, "errmsg": "ok", **answer}


async def test_an_article_is_one_card(gateway: WeChatGateway, platform: FakePlatform) -> None:
    card = {"title": "新品", "description": "来喝", "url": "http://a", "picture_url": "http://b"}
    await send_article(gateway, OPENID, card)
    [article] = told(platform, CUSTOM)["news"]["articles"]
    assert article == {
        "title": "新品",
        "description": "来喝",
        "url": "http://a",
        "picurl": "http://b",
    }


async def test_a_menu_and_a_card_of_a_mini_program(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    menu = {"head_content": "满意吗", "list": [{"id": "1", "content": "好"}]}
    await send_menu(gateway, OPENID, menu)
    assert told(platform, CUSTOM)["msgmenu"] == menu
    card = {"title": "点单", "appid": "wx1", "pagepath": "a/b", "thumb_media_id": "m"}
    await send_mini_card(gateway, OPENID, card)
    assert told(platform, CUSTOM)["miniprogrampage"] == card


async def test_a_template_carries_its_key_and_brings_a_long_number(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    says(platform, TEMPLATE, msgid=BIG)
    assert await send_template(gateway, OPENID, NOTICE, key="k" * 32) == str(BIG)
    assert told(platform, TEMPLATE) == {
        "touser": OPENID,
        "template_id": "t1",
        "data": DATA,
        "client_msg_id": "k" * 32,
        "url": "p",
    }


async def test_an_answer_without_a_number_is_taken_all_the_same(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    says(platform, TEMPLATE)
    assert await send_template(gateway, OPENID, NOTICE, key="k") is None


SNIPPET = """
from bot.wechat import WeChatGateway
from bot.wechat_sends import send_template
from loyalty.notice_forms import FilledForm, Offer, ServiceNotice

async def send(gateway: WeChatGateway, form: FilledForm) -> None:
    await send_template(gateway, "o", {kind}(form), key="k")
"""


@pytest.mark.parametrize(("kind", "is_refused"), [("ServiceNotice", 0), ("Offer", 1)])
def test_an_offer_cannot_be_a_template_message(kind: str, is_refused: int, tmp_path: Path) -> None:
    """Not by a habit, but by its type: mypy refuses it before anything runs."""
    program = tmp_path / "program.py"
    program.write_text(SNIPPET.format(kind=kind))
    command = [sys.executable, "-m", "mypy", "--follow-imports=silent", str(program)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == is_refused, checked.stdout + checked.stderr
    assert ('expected "ServiceNotice"' in checked.stdout) == bool(is_refused)


async def test_subscription_notices_of_each_kind(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    says(platform, "/cgi-bin/message/subscribe/bizsend", msgid=5)
    assert await send_subscription(gateway, OPENID, Offer(NOTICE.form)) == "5"
    wanted = {"touser": OPENID, "template_id": "t1", "data": DATA, "page": "p"}
    assert told(platform, "/cgi-bin/message/subscribe/bizsend") == wanted
    await send_mini_subscription(gateway, OPENID, NOTICE)
    assert told(platform, "/cgi-bin/message/subscribe/send") == wanted


async def test_a_one_time_subscription_has_a_scene_and_a_title(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    form = FilledForm("t3", {"content": "明晚七点"}, scene=1, title="活动提醒")
    await send_once(gateway, OPENID, Offer(form))
    assert told(platform, "/cgi-bin/message/template/subscribe") == {
        "touser": OPENID,
        "template_id": "t3",
        "scene": "1",
        "title": "活动提醒",
        "data": {"content": {"value": "明晚七点"}},
    }


async def test_a_mass_send_names_everybody_and_its_key(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    says(platform, f"{MASS}/send", msg_id=BIG)
    assert await mass_send(gateway, ["o1", "o2"], TEXT, key="k") == str(BIG)
    assert told(platform, f"{MASS}/send") == {
        "touser": ["o1", "o2"],
        "msgtype": "text",
        "text": {"content": "新品上市"},
        "send_ignore_reprint": 0,
        "clientmsgid": "k",
    }


async def test_a_mass_send_that_was_made_before_has_succeeded(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    platform.answers[f"{MASS}/send"] = {"errcode": 45065, "errmsg": "exists", "msg_id": 7}
    assert await mass_send(gateway, ["o1", "o2"], TEXT, key="k") == "7"


@pytest.mark.parametrize("many", [0, 1, 10_001])
async def test_a_list_the_platform_would_not_take_is_not_sent(
    gateway: WeChatGateway, many: int
) -> None:
    with pytest.raises(AssertionError):
        await mass_send(gateway, ["o"] * many, TEXT, key="k")


async def test_a_mass_send_by_tag_says_tag_id(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    """wechatpy's builder says group_id, which the platform no longer knows."""
    says(platform, f"{MASS}/sendall", msg_id=8)
    picture = MassContent("image", "m1")
    assert await mass_send_all(gateway, 101, picture, key="k") == "8"
    body = told(platform, f"{MASS}/sendall")
    assert body["filter"] == {"is_to_all": False, "tag_id": 101}
    assert body["images"] == {"media_ids": ["m1"]}
    await mass_send_all(gateway, None, TEXT, key="k")
    assert told(platform, f"{MASS}/sendall")["filter"] == {"is_to_all": True}


async def test_a_job_is_asked_for_taken_back_and_previewed(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    says(platform, f"{MASS}/get", msg_id="7", msg_status="SENDING")
    assert await mass_state(gateway, "7") == "SENDING"
    await mass_delete(gateway, "7")
    assert told(platform, f"{MASS}/delete") == {"msg_id": "7"}
    await mass_preview(gateway, OPENID, MassContent("image", "m1"))
    assert told(platform, f"{MASS}/preview")["image"] == {"media_id": "m1"}


async def test_a_tag_is_made_put_on_taken_off_and_deleted(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    says(platform, "/cgi-bin/tags/create", tag={"id": 134, "name": "shuke-1"})
    assert await create_tag(gateway, "shuke-1") == 134
    await tag_people(gateway, 134, ("o1", "o2"))
    members = "/cgi-bin/tags/members/batch"
    assert told(platform, f"{members}tagging") == {"tagid": 134, "openid_list": ["o1", "o2"]}
    await untag_people(gateway, 134, ("o2",))
    assert told(platform, f"{members}untagging") == {"tagid": 134, "openid_list": ["o2"]}
    await delete_tag(gateway, 134)
    assert told(platform, "/cgi-bin/tags/delete") == {"tag": {"id": 134}}


async def test_a_bad_value_that_slipped_through_fails_for_good(
    gateway: WeChatGateway, platform: FakePlatform
) -> None:
    said = "argument invalid! data.thing1.value invalid rid: 1-2-3"
    platform.answers[TEMPLATE] = {"errcode": 47003, "errmsg": said}
    with pytest.raises(DeliveryFailed) as failed:
        await send_template(gateway, OPENID, NOTICE, key="k")
    assert failed.value.kind == "permanent"
