"""一次性订阅: the balance offers a link, the platform asks, and one reminder may be sent."""

from urllib.parse import parse_qs, quote, urlsplit

from aiohttp import ClientSession

from storage.sql import change, rows
from tests.cast import CAST
from tests.handlers.pages.street import FIREFOX, Page, Street

LI = CAST["小李"].openid
TEMPLATE = "shuke-once-0000000000000000000000000000000012"
ASKING = "/s/main/2"


async def asked(street: Street, browser: ClientSession) -> dict[str, list[str]]:
    page = await street.open(ASKING, browser)
    assert page.status == 302, page
    assert page.location.startswith("http://wechat.test/mp/subscribemsg?action=get_confirm&")
    assert page.location.endswith("#wechat_redirect")
    return parse_qs(urlsplit(page.location).query)


async def answers(
    street: Street, action: str = "confirm", *, template_id: str = TEMPLATE
) -> tuple[Page, str, ClientSession]:
    """What 小李 sees after the tap, and the way back that the platform took."""
    browser = street.browser()
    state = (await asked(street, browser))["reserved"][0]
    back = f"/s/back?openid={LI}&template_id={template_id}&action={action}&scene=2&reserved={state}"
    return await street.open(back, browser), back, browser


async def held() -> list[tuple[str, int]]:
    found = await rows("SELECT template_id, left_over FROM held_subscriptions")
    return [(line["template_id"], line["left_over"]) for line in found]


async def test_the_platform_is_told_what_to_ask_and_where_to_come_back(street: Street) -> None:
    query = await asked(street, street.browser())
    assert query["template_id"] == [TEMPLATE]
    assert query["scene"] == ["2"]
    assert query["redirect_url"] == ["http://shop.test/s/back"]
    assert query["reserved"][0].isalnum()


async def test_whoever_confirms_may_be_reminded_once(street: Street) -> None:
    page, back, browser = await answers(street)
    assert (page.status, page.words[0]) == (200, "好，会提醒你一次")
    assert await held() == [(f"{TEMPLATE}#2", 1)]
    assert (await street.open(back, browser)).status == 400
    await answers(street)
    assert await held() == [(f"{TEMPLATE}#2", 1)]


async def test_whoever_cancels_gives_nothing(street: Street) -> None:
    page, _, _ = await answers(street, "cancel")
    assert page.words[0] == "没有订阅"
    assert await held() == []


async def test_another_browser_cannot_answer(street: Street) -> None:
    state = (await asked(street, street.browser()))["reserved"][0]
    back = f"/s/back?openid={LI}&template_id={TEMPLATE}&action=confirm&scene=2&reserved={state}"
    assert (await street.open(back)).status == 400
    assert await held() == []


async def test_what_nobody_asked_for_is_refused(street: Street) -> None:
    for path in ("/s/back", f"/s/back?openid={LI}&reserved=x", f"/s/back?reserved={quote('好')}"):
        assert (await street.open(path)).status == 400
    page, _, _ = await answers(street, template_id="another")
    assert page.status == 400
    assert await held() == []


async def test_a_link_without_a_form_is_no_page(street: Street) -> None:
    for path in ("/s/main/9", "/s/mini/2", "/s/nobody/2"):
        assert (await street.open(path)).status == 404


async def test_elsewhere_the_page_shows_the_way_to_wechat(street: Street) -> None:
    page = await street.open(ASKING, street.browser(FIREFOX))
    assert page.words[0] == "请在微信里打开"


async def test_the_balance_offers_it_when_points_are_about_to_go(street: Street) -> None:
    shop, link = street.shop, 'href="http://shop.test/s/main/2"'
    assert link not in (await shop.hear("小李", "积分"))[0]
    await change("UPDATE lots SET expires_on = '2027-02-01' WHERE expires_on IS NOT NULL")
    assert link in (await shop.hear("小李", "积分"))[0]
    await answers(street)
    assert link not in (await shop.hear("小李", "积分"))[0]
