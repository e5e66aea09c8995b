"""领取链接: opened in WeChat it claims, elsewhere it shows the way there, and 404 is one page."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web import Pages
from handlers.pages.claim import ClaimPages
from services.loading import load_shop
from tests.handlers.pages.street import FIREFOX, Street
from tests.shop import ShopUnderTest

REFUSED = "这张小票无法积分：二维码不完整、已过期或不属于本店。请带小票到门店核对。"


async def test_in_wechat_the_points_are_on_the_page(street: Street) -> None:
    token = await street.shop.receipt()
    for _ in range(2):
        page = await street.claims("小李", token)
        assert page.status == 200
        assert page.words == ["积分到账", "+32", "本次消费", "32.00", "元", "可用积分", "114"]
    assert "可用积分：114" in (await street.shop.hear("小李", "积分"))[0]


async def test_why_is_about_the_receipt_of_the_page(street: Street) -> None:
    await street.claims("小李", await street.shop.receipt(7700))
    for amount_fen in (1000, 1100, 1200):
        await street.shop.sell(amount_fen)
    [why] = await street.shop.hear("小李", "为什么")
    assert why.startswith("这张小票是这样算的")
    assert "消费 77.00 元" in why


async def test_over_the_limit_of_the_day_a_receipt_waits_for_another_day(street: Street) -> None:
    await load_shop(street.shop.shop, {"points": {"claims_per_day": 1}})
    await street.shop.shop.rules.refresh()
    tokens = [await street.shop.receipt() for _ in range(2)]
    assert (await street.claims("小李", tokens[0])).status == 200
    page = await street.claims("小李", tokens[1])
    assert (page.status, page.words[0]) == (429, "今天扫得够多了")
    [said] = await street.shop.hear("小李", tokens[1])
    assert said.startswith("今天已扫 1 张小票，到了每天的上限。")
    assert "2027-02-10 10:00 前可以再扫" in said
    assert (await street.claims("小李", tokens[0])).status == 200


async def test_claimed_by_another_is_a_conflict_for_everybody_else(street: Street) -> None:
    token = await street.shop.receipt()
    await street.shop.hear("小李", token)
    page = await street.claims("老赵", token)
    assert page.status == 409
    assert page.words[0] == "积分已被领取"
    assert (await street.claims("小李", token)).status == 200


async def test_who_is_no_member_is_sent_to_join(street: Street) -> None:
    page = await street.claims("小王", await street.shop.receipt())
    assert page.status == 200
    assert page.words[0] == "小票已为你保留"
    assert "“入会”" in page.html
    await street.shop.hear("小王", "入会")
    assert "小票也记上了：32 积分" in (await street.shop.hear("小王", "同意"))[0]


async def test_an_offline_receipt_waits_for_its_till_and_is_void_without(street: Street) -> None:
    token = await street.shop.offline_receipt(7)
    page = await street.claims("小李", token)
    assert (page.status, page.words[:2]) == (200, ["小票已登记", "+32"])
    await street.shop.pass_time(hours=73)
    page = await street.claims("小李", token)
    assert (page.status, page.words[0]) == (200, "无法积分")


async def test_elsewhere_the_page_shows_a_code_and_claims_nothing(street: Street) -> None:
    token = await street.shop.receipt()
    before = await street.shop.holdings()
    page = await street.open(f"/r/{token}", street.browser(FIREFOX))
    assert page.status == 200
    assert f'src="http://shop.test/r/{token}.png"' in page.html
    assert page.words[0] == "用微信扫码领取积分"
    assert "32.00" in page.words
    assert await street.shop.holdings() == before


@pytest.mark.parametrize("agent", ["MicroMessenger", FIREFOX])
async def test_the_picture_is_a_png_wherever_it_is_opened(street: Street, agent: str) -> None:
    token = await street.shop.receipt()
    response = await street.get(street.browser(agent), f"/r/{token}.png")
    assert (response.status, response.content_type) == (200, "image/png")
    assert (await response.read()).startswith(b"\x89PNG")
    assert response.headers["Cache-Control"] == "no-store"


def damaged(token: str) -> list[str]:
    other = "A" if token[20] != "A" else "B"
    return [
        token[:-1],
        token + "A",
        token[:20] + other + token[21:],
        token[:-1] + "=",
        token + ".png.png",
        token.swapcase(),
        "%E7%A7%AF",
        "%00",
        "..%2F" + token,
        "",
    ]


async def test_every_bad_token_is_one_and_the_same_page_and_writes_nothing(
    street: Street,
) -> None:
    token = await street.shop.receipt()
    before = await street.shop.holdings()
    pages = [
        await street.open(f"/r/{bad}{ending}", street.browser(agent))
        for bad in damaged(token)
        for ending, agent in (("", FIREFOX), ("", "MicroMessenger"), (".png", FIREFOX))
    ]
    assert {page.status for page in pages} == {404}
    assert {page.html for page in pages} == {pages[0].html}
    assert pages[0].words == ["无法积分", REFUSED]
    assert await street.shop.holdings() == before


async def test_a_receipt_past_its_days_is_refused_on_its_face(street: Street) -> None:
    token = await street.shop.receipt()
    await street.shop.pass_time(days=30, minutes=1)
    page = await street.open(f"/r/{token}")
    assert (page.status, page.words) == (404, ["无法积分", REFUSED])


async def test_after_ten_failures_a_person_is_told_to_wait(street: Street) -> None:
    token, other = await street.shop.receipt(), await street.shop.receipt()
    for _ in range(10):
        await street.shop.scan("小李", token[:-1])
    page = await street.claims("小李", token)
    assert (page.status, page.words) == (429, ["无法积分", REFUSED])
    assert (await street.claims("老赵", other)).status == 200


async def test_after_a_hundred_bad_links_an_address_is_told_so_but_good_ones_still_open(
    street: Street,
) -> None:
    token, browser = await street.shop.receipt(), street.browser(FIREFOX)
    statuses = {(await street.open("/r/x", browser)).status for _ in range(100)}
    assert statuses == {404}
    page = await street.open("/r/x", browser)
    assert (page.status, page.words) == (429, ["无法积分", REFUSED])
    assert (await street.open(f"/r/{token}", browser)).status == 200
    assert (await street.claims("小李", token)).status == 200


async def test_without_a_service_account_a_link_shows_its_code(
    shop_under_test: ShopUnderTest,
) -> None:
    pages = ClaimPages(shop_under_test.shop, Pages(), None)
    app = web.Application()
    pages.add_to(app)
    token = await shop_under_test.receipt()
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(f"/r/{token}", headers={"User-Agent": "MicroMessenger/8"})
        assert (answer.status, f"{token}.png" in await answer.text()) == (200, True)
