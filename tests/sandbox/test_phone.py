"""What a phone does: following, scanning, menus, and the messages it sends."""

import asyncio
from base64 import b64encode
from typing import Any

import pytest
from yarl import URL

from sandbox.qr_image import qr_png
from tests.sandbox.fake_shop import says
from tests.sandbox.rig import MINI, Rig, Rigging

MENU = {
    "button": [
        {"type": "click", "name": "积分", "key": "POINTS"},
        {
            "name": "更多",
            "sub_button": [
                {"type": "scancode_waitmsg", "name": "扫小票", "key": "RECEIPT"},
                {"type": "location_select", "name": "附近", "key": "NEAR"},
            ],
        },
    ]
}


async def last_push(rig: Rig) -> dict[str, Any]:
    return rig.shop.pushes[-1].message


async def new_qr(rig: Rig, **changes: Any) -> Any:
    scene = {"scene_str": "store-cd01"}
    body = {"action_name": "QR_STR_SCENE", "expire_seconds": 600, "action_info": {"scene": scene}}
    return await rig.call("/cgi-bin/qrcode/create", {**body, **changes})


async def test_two_people_with_phones_are_there_from_the_start(rig: Rig) -> None:
    state = await rig.ask("state")
    assert [phone["name"] for phone in state["phones"]] == ["小王", "小李"]
    assert len({phone["openids"]["main"] for phone in state["phones"]}) == 2
    assert [len(phone["openids"]["main"]) for phone in state["phones"]] == [28, 28]
    assert state["till"]["till"] == "cd01-1"


async def test_a_plain_follow_has_no_key(rig: Rig) -> None:
    rig.shop.answers = [says(rig.shop, "欢迎")]
    assert (await rig.act("follow"))["verdict"] == "reply"
    push = await last_push(rig)
    assert (push["Event"], push["EventKey"]) == ("subscribe", "")
    assert "MsgId" not in push


async def test_who_follows_already_does_not_follow_again(rig: Rig) -> None:
    await rig.act("follow")
    assert (await rig.act("follow"))["pushed"] is False


async def test_a_strangers_scan_follows_with_the_scene_and_a_followers_does_not(rig: Rig) -> None:
    code = await new_qr(rig)
    await rig.act("scan", content=code["url"])
    push = await last_push(rig)
    assert (push["Event"], push["EventKey"]) == ("subscribe", "qrscene_store-cd01")
    await rig.act("scan", content=code["url"])
    push = await last_push(rig)
    assert (push["Event"], push["EventKey"]) == ("SCAN", "store-cd01")
    assert push["Ticket"] == code["ticket"]


async def test_codes_with_a_scene_lie_on_the_table_until_their_time(rig: Rig) -> None:
    scene = {"action_name": "QR_STR_SCENE", "expire_seconds": 60}
    await rig.call(
        "/cgi-bin/qrcode/create", scene | {"action_info": {"scene": {"scene_str": "box"}}}
    )
    [code] = (await rig.ask("codes"))["codes"]
    assert (code["account"], code["scene"]) == ("main", "box")
    rig.pass_time(minutes=2)
    assert (await rig.ask("codes"))["codes"] == []


async def test_a_code_past_its_time_does_nothing(rig: Rig) -> None:
    code = await new_qr(rig)
    rig.pass_time(seconds=601)
    assert (await rig.act("scan", content=code["url"]))["pushed"] is False
    assert rig.shop.pushes == []


async def test_a_follow_after_paying_names_the_transaction(rig: Rig) -> None:
    await rig.act("follow", scene="4200001", scene_kind="paid")
    assert (await last_push(rig))["EventKey"] == "last_trade_no_4200001"
    user = await rig.call("/cgi-bin/user/info", openid=rig.openid)
    assert user["subscribe_scene"] == "ADD_SCENE_PAID"


async def test_other_codes_are_just_text(rig: Rig) -> None:
    assert await rig.act("scan", content="EQEAAAcA") == {"text": "EQEAAAcA"}


async def test_who_does_not_follow_cannot_write(rig: Rig) -> None:
    answer = await rig.tell("phones/p1/text", expect=409, account="main", text="积分")
    assert "does not follow" in answer["error"]


@pytest.mark.parametrize(
    ("deed", "wish", "expected"),
    [
        ("text", {"text": "积分", "menu_id": "1"}, {"Content": "积分", "bizmsgmenuid": "1"}),
        (
            "location",
            {"latitude": 30.657, "longitude": 104, "label": "春熙路"},
            {"Location_X": "30.657000", "Location_Y": "104.000000", "Label": "春熙路"},
        ),
        ("link", {"title": "t", "url": "http://u"}, {"Title": "t", "Url": "http://u"}),
        (
            "report-location",
            {"latitude": 30.657, "longitude": 104.08},
            {"Event": "LOCATION", "Latitude": "30.657000", "Precision": "60.000000"},
        ),
        ("voice", {"media_base64": "AAAA"}, {"MsgType": "voice", "Format": "amr"}),
        ("video", {"media_base64": "AAAA"}, {"MsgType": "video"}),
        ("card", {"title": "t", "appid": "wx1"}, {"MsgType": "miniprogrampage", "AppId": "wx1"}),
    ],
)
async def test_each_kind_of_message_arrives_with_its_fields(
    rig: Rig, deed: str, wish: dict[str, Any], expected: dict[str, str]
) -> None:
    await rig.act("follow")
    await rig.act(deed, **wish)
    push = await last_push(rig)
    assert {name: push[name] for name in expected} == expected


async def test_a_picture_is_pushed_with_an_address_that_shows_it(rig: Rig) -> None:
    await rig.act("follow")
    picture = qr_png("1234")
    await rig.act("image", image_base64=b64encode(picture).decode())
    push = await last_push(rig)
    assert await rig.bytes_at(URL(push["PicUrl"]).path) == picture
    query = {"access_token": await rig.token(), "media_id": push["MediaId"]}
    assert await rig.bytes_at("/cgi-bin/media/get", **query) == picture


async def test_menu_buttons_push_what_they_are_made_for(rig: Rig) -> None:
    assert (await rig.call("/cgi-bin/menu/create", MENU))["errcode"] == 0
    await rig.act("follow")
    await rig.act("menu", path=[0])
    assert (await last_push(rig))["Event"] == "CLICK"
    await rig.act("menu", path=[1, 1], label="天府广场")
    assert (await last_push(rig))["SendLocationInfo"]["Label"] == "天府广场"
    camera = await rig.act("menu", path=[1, 0])
    assert (camera["kind"], camera["pushed"]) == ("scancode_waitmsg", False)
    await rig.act("scan-menu", key="RECEIPT", content="http://r/abc")
    push = await last_push(rig)
    assert (push["Event"], push["EventKey"]) == ("scancode_waitmsg", "RECEIPT")
    assert push["ScanCodeInfo"] == {"ScanType": "qrcode", "ScanResult": "http://r/abc"}


async def test_a_submenu_itself_cannot_be_tapped(rig: Rig) -> None:
    await rig.call("/cgi-bin/menu/create", MENU)
    await rig.act("follow")
    await rig.tell("phones/p1/menu", expect=404, account="main", path=[1])


async def test_a_chat_that_waits_hears_the_next_message(rig: Rig) -> None:
    waiting = asyncio.create_task(rig.ask("phones/p1/chat?account=main&wait=20"))
    await rig.act("follow")
    async with asyncio.timeout(5):
        assert (await waiting)["following"] is True


async def test_a_waiting_chat_does_not_hold_up_the_end(rigging: Rigging) -> None:
    rig = await rigging.rig()
    waiting = asyncio.create_task(rig.client.get("/stage/phones/p1/chat?account=main&wait=60"))
    await rig.ask("state")
    async with asyncio.timeout(5):
        await rigging.clients.pop().server.close()
        await asyncio.gather(waiting, return_exceptions=True)
    await rig.client.close()


async def test_opening_a_mini_programs_chat_is_an_event_of_its_own(rigging: Rigging) -> None:
    rig = await rigging.rig(MINI)
    await rig.act("enter", session_from="card")
    push = await last_push(rig)
    assert (push["Event"], push["SessionFrom"]) == ("user_enter_tempsession", "card")


async def test_an_unknown_phone_account_or_path_is_named(rig: Rig) -> None:
    assert (
        "phone" in (await rig.tell("phones/p9/text", expect=404, account="main", text="x"))["error"]
    )
    assert (
        "account" in (await rig.tell("phones/p1/text", expect=404, account="x", text="x"))["error"]
    )
    assert "error" in await rig.tell("nowhere", expect=404)
    assert "account: missing" in (await rig.tell("phones/p1/follow", expect=400))["error"]
