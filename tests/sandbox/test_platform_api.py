"""The rest of the platform's API: codes, people, tags, menus, small services."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.qr_image import qr_png
from tests.sandbox.rig import MAIN, Rig, Rigging


def scene(action: str, **value: Any) -> dict[str, Any]:
    return {"action_name": action, "action_info": {"scene": value}}


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (scene("QR_POEM", scene_id=1), 40052),
        (scene("QR_SCENE", scene_id=0), 40053),
        (scene("QR_LIMIT_SCENE", scene_id=100_001), 40053),
        (scene("QR_STR_SCENE", scene_str="x" * 65), 40053),
        ({**scene("QR_SCENE", scene_id=1), "expire_seconds": 2_592_001}, 40053),
    ],
)
async def test_a_code_out_of_bounds_is_not_made(
    rig: Rig, body: dict[str, Any], errcode: int
) -> None:
    assert (await rig.call("/cgi-bin/qrcode/create", body))["errcode"] == errcode


async def test_a_code_is_a_picture_under_its_ticket(rig: Rig) -> None:
    code = await rig.call("/cgi-bin/qrcode/create", scene("QR_SCENE", scene_id=5))
    assert code["expire_seconds"] == 60
    picture = await rig.bytes_at("/cgi-bin/showqrcode", ticket=code["ticket"])
    assert picture == qr_png(code["url"])
    async with rig.client.get("/cgi-bin/showqrcode?ticket=none") as response:
        assert response.status == 404


async def test_a_permanent_scene_keeps_its_one_code(rig: Rig) -> None:
    body = scene("QR_LIMIT_STR_SCENE", scene_str="store")
    first = await rig.call("/cgi-bin/qrcode/create", body)
    assert await rig.call("/cgi-bin/qrcode/create", body) == first
    assert "expire_seconds" not in first


async def test_a_follower_is_described_without_name_and_face(rig: Rig) -> None:
    await rig.act("follow", scene="store", scene_kind="qr")
    user = await rig.call("/cgi-bin/user/info", openid=rig.openid)
    assert (user["subscribe"], user["qr_scene_str"]) == (1, "store")
    assert user["subscribe_scene"] == "ADD_SCENE_QR_CODE"
    assert "nickname" not in user
    await rig.act("unfollow")
    user = await rig.call("/cgi-bin/user/info", openid=rig.openid)
    assert set(user) == {"subscribe", "openid", "unionid"}


async def test_followers_are_listed_and_looked_up_in_batches(rig: Rig) -> None:
    assert (await rig.call("/cgi-bin/user/get"))["total"] == 0
    await rig.act("follow")
    listed = await rig.call("/cgi-bin/user/get")
    assert listed["data"]["openid"] == [rig.openid]
    after = await rig.call("/cgi-bin/user/get", next_openid=rig.openid)
    assert (after["count"], after["next_openid"]) == (0, "")
    body = {"user_list": [{"openid": rig.openid, "lang": "zh_CN"}]}
    found = await rig.call("/cgi-bin/user/info/batchget", body)
    assert found["user_info_list"][0]["openid"] == rig.openid


async def test_tags_are_made_given_taken_and_removed(rig: Rig) -> None:
    await rig.act("follow")
    tag = (await rig.call("/cgi-bin/tags/create", {"tag": {"name": "金卡"}}))["tag"]
    again = await rig.call("/cgi-bin/tags/create", {"tag": {"name": "金卡"}})
    assert again["errcode"] == 45157
    wish = {"openid_list": [rig.openid], "tagid": tag["id"]}
    await rig.call("/cgi-bin/tags/members/batchtagging", wish)
    listed = await rig.call("/cgi-bin/tags/get")
    assert listed["tags"] == [{"id": tag["id"], "name": "金卡", "count": 1}]
    worn = await rig.call("/cgi-bin/tags/getidlist", {"openid": rig.openid})
    assert worn["tagid_list"] == [tag["id"]]
    await rig.call("/cgi-bin/tags/delete", {"tag": {"id": tag["id"]}})
    worn = await rig.call("/cgi-bin/tags/getidlist", {"openid": rig.openid})
    assert worn["tagid_list"] == []


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        ("create", {"tag": {"name": "长" * 11}}, 45158),
        ("delete", {"tag": {"id": 2}}, 45058),
        ("members/batchtagging", {"openid_list": ["x"], "tagid": 999}, 45159),
        ("getidlist", {"openid": "stranger"}, 49003),
    ],
)
async def test_a_wrong_wish_about_tags_is_named(
    rig: Rig, path: str, body: dict[str, Any], errcode: int
) -> None:
    assert (await rig.call(f"/cgi-bin/tags/{path}", body))["errcode"] == errcode


async def test_a_menu_is_kept_shown_in_both_shapes_and_deleted(rig: Rig) -> None:
    subs = [{"type": "click", "name": "积分", "key": "P"}]
    menu = {"button": [{"name": "会员", "sub_button": subs}]}
    assert (await rig.call("/cgi-bin/menu/get"))["errcode"] == 46003
    await rig.call("/cgi-bin/menu/create", menu)
    assert (await rig.call("/cgi-bin/menu/get"))["menu"] == menu
    shown = await rig.call("/cgi-bin/get_current_selfmenu_info")
    assert shown["selfmenu_info"]["button"][0]["sub_button"] == {"list": subs}
    assert await rig.ask("menu?account=main") == menu
    await rig.call("/cgi-bin/menu/delete")
    assert (await rig.ask("menu?account=main")) == {"button": []}


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([{"type": "click", "name": "a", "key": "k"}] * 4, 40016),
        ([{"type": "poem", "name": "a"}], 40017),
        ([{"type": "click", "name": "六个汉字的名", "key": "k"}], 40018),
        ([{"type": "click", "name": "a"}], 40019),
        ([{"type": "view", "name": "a", "url": "http://" + "x" * 1024}], 40020),
        ([{"name": "a", "sub_button": [{"type": "click", "name": "a", "key": "k"}] * 6}], 40023),
    ],
)
async def test_a_menu_out_of_shape_is_refused(rig: Rig, buttons: list[Any], errcode: int) -> None:
    assert (await rig.call("/cgi-bin/menu/create", {"button": buttons}))["errcode"] == errcode


async def test_small_services_answer(rig: Rig) -> None:
    first = await rig.call("/cgi-bin/ticket/getticket", type="jsapi")
    again = await rig.call("/cgi-bin/ticket/getticket", type="jsapi")
    assert first["ticket"] == again["ticket"]
    assert (await rig.call("/cgi-bin/get_api_domain_ip"))["ip_list"] == ["127.0.0.1"]
    assert (await rig.call("/cgi-bin/clear_quota", {"appid": MAIN.appid}))["errcode"] == 0
    quota = await rig.call("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/menu/create"})
    assert quota["quota"]["daily_limit"] == 1000


@pytest.mark.parametrize(
    "path",
    ["message/template/send", "message/mass/send", "message/subscribe/bizsend"],
)
async def test_sending_that_is_not_granted_is_refused(rigging: Rigging, path: str) -> None:
    rig = await rigging.rig(replace(MAIN, kind="subscription"))
    assert (await rig.call(f"/cgi-bin/{path}", {"touser": rig.openid}))["errcode"] == 48001


async def test_an_unknown_address_is_said_in_json(rig: Rig) -> None:
    answer = await rig.get("/cgi-bin/poems/get")
    assert answer["errcode"] == 40066
    assert answer["errmsg"].startswith("invalid url rid: ")


async def test_a_body_that_is_no_json_or_missing_is_named(rig: Rig) -> None:
    token = await rig.token()
    path = "/cgi-bin/tags/create"
    assert (await rig.post(path, b"{", access_token=token))["errcode"] == 47001
    assert (await rig.post(path, b"", access_token=token))["errcode"] == 44002
    assert (await rig.get(path, access_token=token))["errcode"] == 43002
