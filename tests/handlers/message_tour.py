"""消息设置: 小李 chooses what to hear of, how often, and when not; and is reminded once."""

from urllib.parse import parse_qs, urlsplit

from storage.sql import change
from tests.cast import CAST
from tests.handlers.pages.street import FIREFOX, Street, open_street
from tests.shop import ShopUnderTest

LI = CAST["小李"].openid
CHATS = (
    *("订阅", "同意订阅", "订阅", "退订 活动", "消息", "订阅 活动", "少一点", "消息"),
    *("少一点", "消息", "多一点", "多一点", "暂停一个月", "消息", "暂停 900天", "恢复消息"),
    *("退订", "消息", "隐私", "订阅", "同意订阅", "隐私"),
)


async def choose_messages(shop: ShopUnderTest) -> None:
    for words in CHATS:
        await shop.hear("小李", words)
    soon = shop.shop.today().isoformat()
    await change("UPDATE lots SET expires_on = $1 WHERE expires_on IS NOT NULL", soon)
    await shop.hear("小李", "积分")
    async with open_street(shop) as street:
        await give_leave_once(street)


async def give_leave_once(street: Street) -> None:
    await street.open("/s/main/2", street.browser(FIREFOX))
    await street.open("/s/back")
    for action in ("cancel", "confirm"):
        browser = street.browser()
        page = await street.open("/s/main/2", browser)
        asked = {name: told[0] for name, told in parse_qs(urlsplit(page.location).query).items()}
        back = f"openid={LI}&action={action}&template_id={asked['template_id']}&scene=2"
        await street.open(f"/s/back?{back}&reserved={asked['reserved']}", browser)
