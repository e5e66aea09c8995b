"""静默登录: a way back is good once, in the browser that asked for it, for five minutes."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from handlers.pages.login import Login
from tests.handlers.pages.street import FIREFOX, Page, Street, exchange


def is_refused(page: Page) -> bool:
    return page.status == 400 and page.words[0] == "请回到微信重新扫码"


async def test_wechat_is_asked_in_the_order_it_wants(street: Street) -> None:
    response = await street.get(street.browser(), f"/r/{await street.shop.receipt()}")
    address = urlsplit(response.headers["Location"])
    assert address.netloc + address.path == "wechat.test/connect/oauth2/authorize"
    names = [pair.partition("=")[0] for pair in address.query.split("&")]
    assert names == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert "scope=snsapi_base" in address.query
    assert address.fragment == "wechat_redirect"
    cookie = response.cookies["login_state"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")
    assert cookie.value not in response.headers["Location"]


async def test_behind_https_the_cookie_is_secure(street: Street) -> None:
    for url, is_https in (("https://shuke.example.org", True), ("http://shop.test", False)):
        shop = replace(street.shop.shop, public_url=url)
        login = Login(shop=shop, account="main", appid="a", oauth_base="o", exchange=exchange)
        assert login.is_https is is_https


async def test_a_way_back_is_good_once(street: Street) -> None:
    browser = street.browser()
    back = await street.way_back("小李", await street.shop.receipt(), browser)
    assert (await street.open(back, browser)).status == 200
    assert is_refused(await street.open(back, browser))


async def test_a_way_back_opened_elsewhere_claims_nothing_and_is_used_up(street: Street) -> None:
    token = await street.shop.receipt()
    browser, other = street.browser(), street.browser()
    await street.way_back("老赵", token, other)
    for stranger in (street.browser(), other):
        back = await street.way_back("小李", token, browser)
        assert is_refused(await street.open(back, stranger))
        assert is_refused(await street.open(back, browser))
    assert (await street.claims("老赵", token)).status == 200


@pytest.mark.parametrize(
    "query",
    ["", "?code=小李", "?state=x&code=小李", "?state=&code=小李", "?state=%00&code=", "?state[]=x"],
)
async def test_without_a_state_of_ours_nobody_is_logged_in(street: Street, query: str) -> None:
    browser = street.browser()
    await street.way_back("小李", await street.shop.receipt(), browser)
    assert is_refused(await street.open(f"/login/claim{query}", browser))


@pytest.mark.parametrize("code", ["", "somebody wechat does not know"])
async def test_without_a_good_code_nobody_is_logged_in(street: Street, code: str) -> None:
    browser = street.browser()
    back = await street.way_back("小李", await street.shop.receipt(), browser)
    assert is_refused(await street.open(back.replace("小李", code), browser))


async def test_the_first_page_says_what_this_is(street: Street) -> None:
    page = await street.open("/", street.browser(FIREFOX))
    assert (page.status, page.words[0]) == (200, "山茶咖啡")


async def test_the_page_of_a_member_code_draws_what_its_address_says(street: Street) -> None:
    page = await street.open("/member-code/661234567890123456")
    assert page.status == 200
    assert "661234567890123456" in page.words
    assert 'src="/member-code/661234567890123456/picture.png"' in page.html
    picture = await street.get(street.browser(), "/member-code/661234567890123456/picture.png")
    assert (await picture.read()).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "code", ["66123", "671234567890123456", "66%3Cscript%3E", "٦٦1234567890123456"]
)
async def test_nothing_but_a_member_code_is_drawn(street: Street, code: str) -> None:
    assert (await street.open(f"/member-code/{code}")).status == 404
    assert (await street.open(f"/member-code/{code}/picture.png")).status == 404
