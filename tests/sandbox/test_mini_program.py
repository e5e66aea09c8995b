"""Mini-program calls: login, phone number, and the code that is a picture."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.config import Shuke
from tests.sandbox.rig import MINI, Rigging

Handler = Callable[[web.Request], Awaitable[web.Response]]


async def test_a_mini_program_logs_in_once_per_code(rigging: Rigging) -> None:
    rig = await rigging.rig(MINI)
    code = (await rig.act("login-code"))["code"]
    query = {"appid": MINI.appid, "secret": MINI.secret, "grant_type": "authorization_code"}
    session = await rig.get("/sns/jscode2session", js_code=code, **query)
    assert session["openid"] == rig.openid
    assert "errcode" not in session
    again = await rig.get("/sns/jscode2session", js_code=code, **query)
    assert again["errcode"] == 40163
    assert (await rig.get("/sns/jscode2session", js_code="x", **query))["errcode"] == 40029


async def test_a_phone_number_needs_its_own_code(rigging: Rigging) -> None:
    rig = await rigging.rig(MINI)
    path = "/wxa/business/getuserphonenumber"
    wrong, right = (await rig.act("login-code"))["code"], (await rig.act("phone-code"))["code"]
    assert (await rig.call(path, {"code": wrong}))["errcode"] == 40029
    info = (await rig.call(path, {"code": right}))["phone_info"]
    assert len(info["purePhoneNumber"]) == 11
    late = (await rig.act("phone-code"))["code"]
    rig.pass_time(minutes=6)
    assert (await rig.call(path, {"code": late}))["errcode"] == 40029


async def test_a_mini_program_code_is_a_picture_or_an_error_in_json(rigging: Rigging) -> None:
    rig = await rigging.rig(MINI)
    query = {"access_token": await rig.token()}
    body = {"scene": "s=1", "page": "pages/card"}
    async with rig.client.post("/wxa/getwxacodeunlimit", params=query, json=body) as response:
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")
    assert (await rig.call("/wxa/getwxacodeunlimit", {"scene": "中文"}))["errcode"] == 40129
    assert (await rig.call("/cgi-bin/menu/get"))["errcode"] == 48001


async def test_the_number_button_logs_in_and_hands_the_number_over(rigging: Rigging) -> None:
    async def log_in(request: web.Request) -> web.Response:
        assert (await request.json())["account"] == "mini"
        return web.json_response({"session": "s1", "member": None})

    async def take(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer s1"
        return web.json_response({"phone": "138****5678", "verified": True})

    rig = await rigging.rig(MINI, shuke=Shuke(url=await rigging.serve(_door(log_in, take))))
    answer = await rig.act("share-number")
    assert (answer["status"], answer["answer"]["verified"]) == (200, True)
    assert "138****5678" in (await rig.chat())[-1]["text"]


async def test_what_the_shop_refuses_stands_in_the_chat(rigging: Rigging) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.json_response({"error": {"message": "请先入会"}}, status=403)

    rig = await rigging.rig(MINI, shuke=Shuke(url=await rigging.serve(_door(refuse, refuse))))
    assert (await rig.act("share-number"))["status"] == 403
    assert (await rig.chat())[-1]["text"] == "请先入会"


def _door(log_in: Handler, take: Handler) -> web.Application:
    app = web.Application()
    app.router.add_post("/mini/login", log_in)
    app.router.add_post("/mini/phone", take)
    return app
