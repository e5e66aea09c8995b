"""Subscriptions: each accept lets the account send once, in chat or among the service notices."""

from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web
from yarl import URL

from tests.sandbox.forms import ACTIVITY, ACTIVITY_AT_MINI, COUPONS, ONE_TIME, activity, told_of
from tests.sandbox.rig import MAIN, MINI, Rig, Rigging

BIZSEND = "/cgi-bin/message/subscribe/bizsend"
SEND_ONCE = "/cgi-bin/message/template/subscribe"


async def notices(rig: Rig) -> list[dict[str, Any]]:
    answer = await rig.ask("phones/p1/chat?account=notices")
    messages: list[dict[str, Any]] = answer["messages"]
    return messages


async def test_each_accept_is_one_send(rig: Rig) -> None:
    assert (await rig.call(BIZSEND, activity(rig)))["errcode"] == 43101
    await rig.act("subscribe", accepted=[ACTIVITY])
    held = (await rig.act("subscribe", accepted=[ACTIVITY], rejected=[COUPONS]))["held"]
    assert held == {ACTIVITY: 2}
    codes = [(await rig.call(BIZSEND, activity(rig)))["errcode"] for _ in range(3)]
    assert codes == [0, 0, 43101]


async def test_it_lies_among_the_notices_of_who_does_not_follow(rig: Rig) -> None:
    await rig.act("subscribe", accepted=[ACTIVITY])
    await rig.call(BIZSEND, activity(rig))
    (notice,) = await notices(rig)
    assert (notice["label"], notice["title"]) == ("山茶咖啡", "活动开始提醒")
    assert await rig.chat() == []
    await rig.act("follow")
    await rig.act("subscribe", accepted=[ACTIVITY])
    await rig.call(BIZSEND, activity(rig))
    assert (await rig.chat())[-1]["via"] == "subscribe"


async def test_the_shop_hears_of_popup_change_and_sending(rig: Rig) -> None:
    await rig.act("subscribe", accepted=[ACTIVITY], rejected=[COUPONS])
    (popup,) = await told_of(rig, "subscribe_msg_popup_event")
    answers = popup["SubscribeMsgPopupEvent"]["List"]
    assert [entry["SubscribeStatusString"] for entry in answers] == ["accept", "reject"]
    await rig.call(BIZSEND, activity(rig))
    (sent,) = await told_of(rig, "subscribe_msg_sent_event")
    assert sent["SubscribeMsgSentEvent"]["List"]["ErrorStatus"] == "success"
    await rig.act("subscribe", accepted=[ACTIVITY])
    assert (await rig.act("unsubscribe", form=ACTIVITY))["held"] == {}
    (change,) = await told_of(rig, "subscribe_msg_change_event")
    assert change["SubscribeMsgChangeEvent"]["List"]["SubscribeStatusString"] == "reject"


async def test_a_mini_programs_push_has_an_object_for_one_and_a_list_for_several(
    rigging: Rigging,
) -> None:
    rig = await rigging.rig(MINI)
    await rig.act("subscribe", accepted=[ACTIVITY_AT_MINI])
    both = [ACTIVITY_AT_MINI, "shuke-coupons-mini-000000000000000000000000013"]
    await rig.act("subscribe", accepted=both)
    one, two = await told_of(rig, "subscribe_msg_popup_event", 2)
    assert one["List"]["PopupScene"] == "0"
    assert [entry["TemplateId"] for entry in two["List"]] == both
    assert isinstance(one["CreateTime"], str)


async def test_a_mini_program_sends_among_the_notices(rigging: Rigging) -> None:
    rig = await rigging.rig(MINI)
    await rig.act("subscribe", accepted=[ACTIVITY_AT_MINI])
    path = "/cgi-bin/message/subscribe/send"
    body = activity(rig, ACTIVITY_AT_MINI, page="pages/activity/1", lang="zh_CN")
    assert (await rig.call(path, {**body, "page": "/pages"}))["errcode"] == 41030
    assert (await rig.call(path, {**body, "lang": "de"}))["errcode"] == 40035
    answer = await rig.call(path, body)
    assert answer == {"errcode": 0, "errmsg": "ok"}
    assert (await notices(rig))[0]["page"] == "pages/activity/1"
    assert (await rig.call(BIZSEND, body))["errcode"] == 48001


async def test_a_popup_has_one_to_three_forms_of_this_account(rig: Rig) -> None:
    await rig.tell("phones/p1/subscribe", expect=400, account="main", accepted=[ACTIVITY_AT_MINI])
    await rig.tell("phones/p1/subscribe", expect=400, account="main")
    forms = (await rig.ask("phones/p1/forms?account=main"))["forms"]
    assert {form["kind"] for form in forms} == {"subscription"}


async def confirmed(rig: Rig, shop_url: str, **changes: str) -> Any:
    query = {
        "action": "get_confirm",
        "appid": MAIN.appid,
        "scene": "1",
        "template_id": ONE_TIME,
        "redirect_url": f"{shop_url}/done",
        "reserved": "r1",
    }
    address = "https://mp.weixin.qq.com/mp/subscribemsg?" + urlencode(query | changes)
    return await rig.act("open", url=address + "#wechat_redirect")


def once(rig: Rig, **changes: Any) -> dict[str, Any]:
    body = {"touser": rig.openid, "template_id": ONE_TIME, "scene": "1", "title": "手冲课"}
    return body | {"data": {"content": {"value": "明天 18:30"}}} | changes


@pytest.fixture
async def shop_url(rigging: Rigging) -> str:
    async def done(request: web.Request) -> web.Response:
        return web.Response(text=request.query_string, content_type="text/html")

    app = web.Application()
    app.router.add_get("/done", done)
    return await rigging.serve(app)


async def test_a_one_time_page_asks_and_comes_back_with_who_and_what(
    rig: Rig, shop_url: str
) -> None:
    page = await confirmed(rig, shop_url)
    assert "允许" in page["html"]
    page = await confirmed(rig, shop_url, action="confirm")
    told = URL(f"http://x/?{page['html']}").query
    assert (told["openid"], told["action"]) == (rig.openid, "confirm")
    assert (told["scene"], told["reserved"], told["template_id"]) == ("1", "r1", ONE_TIME)


async def test_several_accepts_of_one_scene_are_one_send(rig: Rig, shop_url: str) -> None:
    assert (await rig.call(SEND_ONCE, once(rig)))["errcode"] == 43101
    for scene in ("1", "1", "2"):
        await confirmed(rig, shop_url, action="confirm", scene=scene)
    assert (await rig.call(SEND_ONCE, once(rig)))["errcode"] == 0
    assert (await rig.call(SEND_ONCE, once(rig)))["errcode"] == 43101
    assert (await rig.call(SEND_ONCE, once(rig, scene=2)))["errcode"] == 0
    assert [entry["title"] for entry in await notices(rig)] == ["手冲课", "手冲课"]


async def test_who_cancels_gives_nothing(rig: Rig, shop_url: str) -> None:
    page = await confirmed(rig, shop_url, action="cancel")
    assert "action=cancel" in page["html"]
    assert (await rig.call(SEND_ONCE, once(rig)))["errcode"] == 43101


@pytest.mark.parametrize(
    "changes",
    [{"scene": "10001"}, {"template_id": ACTIVITY}, {"reserved": "é"}, {"redirect_url": "x"}],
)
async def test_a_one_time_page_with_wrong_facts_says_so(
    rig: Rig, shop_url: str, changes: dict[str, str]
) -> None:
    assert "参数错误" in (await confirmed(rig, shop_url, **changes))["html"]


async def test_a_one_time_message_is_short(rig: Rig, shop_url: str) -> None:
    await confirmed(rig, shop_url, action="confirm")
    long = {"data": {"content": {"value": "长" * 201}}}
    assert (await rig.call(SEND_ONCE, once(rig, title="长" * 16)))["errcode"] == 45003
    assert (await rig.call(SEND_ONCE, once(rig, **long)))["errcode"] == 45002
