"""小程序登录: what WeChat says to a code, and what of it reaches the mini door."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.mini_platform import mini_platform
from bot.wechat import MiniUser, WeChatGateway
from handlers.mini.codes import CodeRefused, MiniPlatform, PlatformBusy
from tests.bot.fake_wechat import FakePlatform, MemoryTokens
from tests.bot.wire import MINI, OPENID, SAFE

LOGIN = "/sns/jscode2session"
PHONE = "/wxa/business/getuserphonenumber"
SESSION_KEY = "tiihtNczf5v6AKRyjwEUhQ=="


@pytest.fixture
def wechat() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
async def gateways(wechat: FakePlatform) -> AsyncIterator[dict[str, WeChatGateway]]:
    async with TestServer(wechat.app()) as server, ClientSession() as session:
        base = str(server.make_url("")).rstrip("/")
        made = {
            account.name: WeChatGateway(
                account, session, api_base=base, tokens=MemoryTokens(), now_seconds=lambda: 1e6
            )
            for account in (SAFE, MINI)
        }
        yield made
        for gateway in made.values():
            await gateway.close()


@pytest.fixture
def platform(gateways: dict[str, WeChatGateway]) -> MiniPlatform:
    return mini_platform(gateways)


def number(**changed: object) -> dict[str, object]:
    """As WeChat answers; the country code may be a number or a text."""
    info: dict[str, object] = {
        "phoneNumber": "13800138000",
        "purePhoneNumber": "13800138000",
        "countryCode": "86",
        "watermark": {"timestamp": 1, "appid": MINI.appid},
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": {**info, **changed}}


async def test_a_login_code_tells_who_it_is_and_the_session_key_goes_no_further(
    wechat: FakePlatform, gateways: dict[str, WeChatGateway], platform: MiniPlatform
) -> None:
    wechat.answers[LOGIN] = {"openid": OPENID, "session_key": SESSION_KEY, "unionid": "u1"}
    assert await platform.user_of("mini", "c") == (OPENID, "u1")
    assert wechat.calls[0].query == {
        "appid": MINI.appid,
        "secret": MINI.secret,
        "js_code": "c",
        "grant_type": "authorization_code",
    }
    user = await gateways["mini"].exchange_mini_code("c")
    assert user == MiniUser(OPENID, "u1")
    assert SESSION_KEY not in repr(user)


async def test_an_account_bound_to_nothing_has_no_unionid(
    wechat: FakePlatform, platform: MiniPlatform
) -> None:
    wechat.answers[LOGIN] = {"openid": OPENID, "session_key": SESSION_KEY}
    assert await platform.user_of("mini", "c") == (OPENID, None)


@pytest.mark.parametrize("account", ["main", "", "nobody"])
async def test_codes_are_for_mini_programs_of_ours_alone(
    wechat: FakePlatform, platform: MiniPlatform, account: str
) -> None:
    for ask in (platform.user_of, platform.phone_of):
        with pytest.raises(CodeRefused):
            await ask(account, "c")
    assert wechat.calls == []


@pytest.mark.parametrize("country", ["86", 86])
async def test_a_phone_code_tells_the_whole_number(
    wechat: FakePlatform, platform: MiniPlatform, country: object
) -> None:
    wechat.answers[PHONE] = number(countryCode=country)
    assert await platform.phone_of("mini", "c") == "+8613800138000"
    assert wechat.calls[-1].data == {"code": "c"}


@pytest.mark.parametrize(
    "changed",
    [
        {"watermark": {"timestamp": 1, "appid": "wx0000000000000000"}},
        {"watermark": None},
        {"purePhoneNumber": ""},
        {"purePhoneNumber": "1380013800x"},
        {"countryCode": None},
    ],
)
async def test_a_number_that_is_none_or_another_programmes_is_refused(
    wechat: FakePlatform, platform: MiniPlatform, changed: dict[str, object]
) -> None:
    wechat.answers[PHONE] = number(**changed)
    with pytest.raises(CodeRefused):
        await platform.phone_of("mini", "c")


@pytest.mark.parametrize("errcode", [40029, 40163, 40226, 41008])
async def test_a_code_that_wechat_refuses_is_refused(
    wechat: FakePlatform, platform: MiniPlatform, errcode: int
) -> None:
    wechat.answers = {path: {"errcode": errcode, "errmsg": "no"} for path in (LOGIN, PHONE)}
    for ask in (platform.user_of, platform.phone_of):
        with pytest.raises(CodeRefused):
            await ask("mini", "c")


@pytest.mark.parametrize("answer", [{"errcode": -1}, {"errcode": 45011}, {"errcode": 40125}, None])
async def test_what_says_nothing_about_the_code_may_be_asked_again(
    wechat: FakePlatform, platform: MiniPlatform, answer: object
) -> None:
    wechat.answers = dict.fromkeys((LOGIN, PHONE), answer)
    for ask in (platform.user_of, platform.phone_of):
        with pytest.raises(PlatformBusy):
            await ask("mini", "c")
