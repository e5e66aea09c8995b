"""The whole way of a mini-program before the sandbox: login, joining by chat, the phone button."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.accounts import Account
from bot.mini_platform import mini_platform
from bot.wechat import WeChatGateway
from handlers.mini.routes import MiniDoor
from services.people.callers import identify
from storage.database import is_outage
from storage.models import Follower
from tests.bot.fake_wechat import MemoryTokens
from tests.handlers.mini.programme import PretendWeChat, Programme
from tests.sandbox.rig import MINI, Rig, Rigging
from tests.shop import ShopUnderTest
from tests.shop_parts import join


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rigging(tmp_path)
    yield await made.rig(MINI)
    await made.stop()


@pytest.fixture
async def programme(shop_under_test: ShopUnderTest, rig: Rig) -> AsyncIterator[Programme]:
    account = Account(
        name=MINI.name,
        kind="mini",
        appid=MINI.appid,
        original_id=MINI.original_id,
        token=MINI.token,
        aes_key=MINI.aes_key,
        aes_key_previous=None,
        mode="safe",
        secret=MINI.secret,
    )
    async with ClientSession() as session:
        base = str(rig.client.make_url("")).rstrip("/")
        gateway = WeChatGateway(
            account, session, api_base=base, tokens=MemoryTokens(), now_seconds=lambda: 1e6
        )
        app = web.Application()
        platform = mini_platform({"mini": gateway})
        MiniDoor(shop_under_test.shop, platform, is_outage=is_outage).add_to(app)
        async with TestServer(app) as server:
            door = str(server.make_url("")).rstrip("/")
            yield Programme(shop_under_test, PretendWeChat(), door, session)
        await gateway.close()


async def log_in(programme: Programme, rig: Rig) -> None:
    code = (await rig.act("login-code"))["code"]
    told = await programme.post("/mini/login", {"account": "mini", "code": code})
    assert told.status == 200
    programme.session = told.body["session"]


async def test_from_login_to_a_verified_number(programme: Programme, rig: Rig) -> None:
    await log_in(programme, rig)
    follower = await Follower.get(account="mini", openid=rig.openid)
    assert follower.unionid is not None
    shop = programme.shop.shop
    await join(shop, (await identify(shop, "mini", rig.openid, "")).person)
    code = (await rig.act("phone-code"))["code"]
    told = await programme.post("/mini/phone", {"code": code})
    assert (told.status, told.body["verified"]) == (200, True)
    assert told.body["phone"].startswith("138****")


async def test_a_login_code_tells_no_number_and_a_used_one_logs_nobody_in(
    programme: Programme, rig: Rig
) -> None:
    await log_in(programme, rig)
    shop = programme.shop.shop
    await join(shop, (await identify(shop, "mini", rig.openid, "")).person)
    code = (await rig.act("login-code"))["code"]
    assert (await programme.post("/mini/phone", {"code": code})).status == 422
    body = {"account": "mini", "code": code}
    assert (await programme.post("/mini/login", body)).status == 200
    assert (await programme.post("/mini/login", body)).status == 401
