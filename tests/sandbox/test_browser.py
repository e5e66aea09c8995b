"""WeChat's browser and the web login it answers."""

from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web

from tests.sandbox.rig import MAIN, Rig, Rigging


def shop_pages(rig_url: str) -> web.Application:
    """A page that wants to know who is there, remembers it in a cookie, and shows a form."""

    async def card(request: web.Request) -> web.Response:
        if "seen" in request.cookies:
            agent = request.headers["User-Agent"]
            return web.Response(text=f"<title>会员 卡</title>{agent}", content_type="text/html")
        back = str(request.url.with_path("/back"))
        query = {"appid": MAIN.appid, "redirect_uri": back, "response_type": "code"}
        query |= {"scope": request.query.get("scope", "snsapi_base"), "state": "s1"}
        raise web.HTTPFound(f"{rig_url}/connect/oauth2/authorize?{urlencode(query)}")

    async def back(request: web.Request) -> web.Response:
        answer = web.HTTPFound(f"/done?{request.query_string}")
        answer.set_cookie("seen", "1")
        raise answer

    async def done(request: web.Request) -> web.Response:
        return web.Response(text=request.query_string, content_type="text/html")

    async def form(request: web.Request) -> web.Response:
        name = str((await request.post())["name"])
        return web.Response(text=f"got {name}", content_type="text/html")

    async def away(_request: web.Request) -> web.Response:
        raise web.HTTPFound("https://example.com/secret")

    async def file(_request: web.Request) -> web.Response:
        headers = {"Content-Disposition": 'attachment; filename="mine.json"'}
        return web.json_response({"points": 50}, headers=headers)

    app = web.Application()
    app.router.add_get("/file", file)
    app.router.add_get("/card", card)
    app.router.add_get("/back", back)
    app.router.add_get("/done", done)
    app.router.add_post("/form", form)
    app.router.add_get("/away", away)
    return app


@pytest.fixture
async def shop_url(rigging: Rigging, rig: Rig) -> str:
    own = str(rig.client.make_url("")).rstrip("/")
    return await rigging.serve(shop_pages(own))


async def exchange(rig: Rig, code: str) -> Any:
    query = {"appid": MAIN.appid, "secret": MAIN.secret, "grant_type": "authorization_code"}
    return await rig.get("/sns/oauth2/access_token", code=code, **query)


async def logged_in(rig: Rig, url: str, **wish: Any) -> str:
    """The code with which the page came back."""
    page = await rig.act("open", url=url, **wish)
    given = dict(pair.split("=", 1) for pair in page["html"].split("&"))
    assert given["state"] == "s1"
    return str(given["code"])


async def test_a_page_learns_silently_whose_phone_it_is(rig: Rig, shop_url: str) -> None:
    code = await logged_in(rig, f"{shop_url}/card")
    token = await exchange(rig, code)
    assert (token["openid"], token["scope"]) == (rig.openid, "snsapi_base")
    assert "unionid" not in token
    assert (await exchange(rig, code))["errcode"] == 40163


async def test_each_phone_keeps_its_own_cookies(rig: Rig, shop_url: str) -> None:
    await logged_in(rig, f"{shop_url}/card")
    page = await rig.act("open", url=f"{shop_url}/card")
    assert page["title"] == "会员 卡"
    assert "MicroMessenger" in page["html"]
    other = await rig.tell("phones/p2/open", account="main", url=f"{shop_url}/card")
    assert other["url"].startswith(f"{shop_url}/done?")


async def test_the_second_phone_is_another_person(rig: Rig, shop_url: str) -> None:
    page = await rig.tell("phones/p2/open", account="main", url=f"{shop_url}/card")
    code = page["html"].split("code=")[1].split("&")[0]
    assert (await exchange(rig, code))["openid"] == rig.world.contact(MAIN, "p2").openid


async def test_with_consent_the_page_may_read_the_profile(rig: Rig, shop_url: str) -> None:
    token = await exchange(rig, await logged_in(rig, f"{shop_url}/card?scope=snsapi_userinfo"))
    query = {"access_token": token["access_token"], "openid": token["openid"]}
    profile = await rig.get("/sns/userinfo", **query)
    assert (profile["nickname"], profile["sex"]) == ("小王", 0)
    assert profile["unionid"] == token["unionid"]


async def test_a_preview_shows_a_made_up_person(rig: Rig, shop_url: str) -> None:
    code = await logged_in(rig, f"{shop_url}/card", snapshot=True)
    token = await exchange(rig, code)
    assert token["is_snapshotuser"] == 1
    assert token["openid"] != rig.openid


async def test_a_login_code_lives_five_minutes(rig: Rig, shop_url: str) -> None:
    code = await logged_in(rig, f"{shop_url}/card")
    rig.pass_time(minutes=6)
    assert (await exchange(rig, code))["errcode"] == 42003


async def test_a_refresh_token_is_good_once(rig: Rig, shop_url: str) -> None:
    token = await exchange(rig, await logged_in(rig, f"{shop_url}/card"))
    query = {"appid": MAIN.appid, "grant_type": "refresh_token"}
    query["refresh_token"] = token["refresh_token"]
    fresh = await rig.get("/sns/oauth2/refresh_token", **query)
    assert fresh["openid"] == rig.openid
    assert (await rig.get("/sns/oauth2/refresh_token", **query))["errcode"] == 40030


async def test_a_scanned_link_opens(rig: Rig, shop_url: str) -> None:
    answer = await rig.act("scan", content=f"{shop_url}/done?x=1")
    assert answer["opened"]["html"] == "x=1"


async def test_a_form_of_a_page_is_sent(rig: Rig, shop_url: str) -> None:
    page = await rig.act("open", url=f"{shop_url}/form", form={"name": "小王"})
    assert page["html"] == "got 小王"


async def test_the_browser_never_leaves_this_machine(rig: Rig, shop_url: str) -> None:
    page = await rig.act("open", url=f"{shop_url}/away")
    assert (page["blocked"], page["url"]) == (True, "https://example.com/secret")
    page = await rig.act("open", url="http://192.0.2.1/")
    assert (page["blocked"], page["status"]) == (True, 0)
    await rig.tell("phones/p1/open", expect=400, account="main", url="file:///etc/hosts")


async def test_a_real_browser_is_known_by_its_phone_cookie(rig: Rig) -> None:
    query = {
        "appid": MAIN.appid,
        "redirect_uri": "http://127.0.0.1:9/back",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s",
    }
    path = f"/connect/oauth2/authorize?{urlencode(query)}"
    async with rig.client.get(path, allow_redirects=False) as stranger:
        assert stranger.status == 200
    cookie = {"Cookie": "phone=p2"}
    async with rig.client.get(path, allow_redirects=False, headers=cookie) as known:
        target = known.headers["Location"]
    assert target.startswith("http://127.0.0.1:9/back?code=")
    assert target.endswith("&state=s")


async def test_a_download_is_named_and_shown(rig: Rig, shop_url: str) -> None:
    page = await rig.act("open", url=f"{shop_url}/file")
    assert page["file"] == "mine.json"
    assert "50" in page["html"]
