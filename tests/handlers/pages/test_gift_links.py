"""转赠链接: opened in WeChat the friend has the coupon, elsewhere it shows the way there."""

from tests.cast import CAST
from tests.handlers.pages.street import FIREFOX, Street
from tests.services.couponing import give_coupon

LI = CAST["小李"].openid


async def offered(street: Street) -> str:
    """The token of a coupon that 小李 has put on offer."""
    code = await give_coupon(street.shop.shop, LI)
    reply = (await street.shop.hear("小李", f"送券 {code}"))[0]
    link = next(line for line in reply.splitlines() if line.startswith("http"))
    return link.removeprefix("http://shop.test/g/")


async def test_in_wechat_the_first_friend_has_it(street: Street) -> None:
    token = await offered(street)
    for _ in range(2):
        page = await street.takes("老赵", token)
        assert (page.status, page.words[0]) == (200, "收到蛋糕券")
    assert "蛋糕券" in (await street.shop.hear("老赵", "券"))[0]
    page = await street.takes("小李", token)
    assert (page.status, page.words[0]) == (409, "已被领取")


async def test_opening_ones_own_link_changes_nothing(street: Street) -> None:
    token = await offered(street)
    page = await street.takes("小李", token)
    assert (page.status, page.words[0]) == (422, "这是你送出的券")
    assert (await street.takes("老赵", token)).status == 200


async def test_who_is_no_member_is_sent_to_join_and_finds_it_later(street: Street) -> None:
    token = await offered(street)
    page = await street.takes("小王", token)
    assert (page.status, page.words[0]) == (200, "朋友送你一张蛋糕券")
    for words in ("入会", "同意"):
        await street.shop.hear("小王", words)
    assert (await street.takes("小王", token)).words[0] == "收到蛋糕券"


async def test_elsewhere_the_page_shows_a_code_and_gives_nothing(street: Street) -> None:
    token = await offered(street)
    before = await street.shop.holdings()
    page = await street.open(f"/g/{token}", street.browser(FIREFOX))
    assert page.status == 200
    assert f'src="http://shop.test/g/{token}.png"' in page.html
    assert token in page.words[-1]
    response = await street.get(street.browser(FIREFOX), f"/g/{token}.png")
    assert (response.status, response.content_type) == (200, "image/png")
    assert await street.shop.holdings() == before


async def test_what_was_taken_back_is_gone(street: Street) -> None:
    token = await offered(street)
    await street.shop.hear("小李", "撤回 1")
    page = await street.takes("老赵", token)
    assert (page.status, page.words[0]) == (410, "来晚了")


async def test_a_link_nobody_made_is_not_found_and_trying_is_stopped(street: Street) -> None:
    token = await offered(street)
    for wrong in ("x", token[:-1], "A" * 16, "A" * 16 + ".png"):
        page = await street.open(f"/g/{wrong}")
        assert (page.status, page.words[0]) == (404, "没有找到这张券")
    for _ in range(96):
        await street.open("/g/x")
    assert (await street.open("/g/x")).status == 429
    assert (await street.takes("老赵", token)).status == 200


async def test_a_login_is_good_once_and_in_its_own_browser(street: Street) -> None:
    token, browser = await offered(street), street.browser()
    way_back = await street.way_back("老赵", token, browser, "gift")
    for other in (street.browser(), browser):
        page = await street.open(way_back, other)
        assert (page.status, page.words[0]) == (400, "请回到微信重新扫码")
