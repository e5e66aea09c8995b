"""The tour of people's rights (权利巡店): asking, agreeing, taking along, leaving, handing out."""

from bot.pushes import AuthorizationCancelled
from bot.pushes.account_news import ProfileNews
from loyalty.shop_file.partners import KINDS
from loyalty.staff import Role
from services.loading import load_shop
from services.people.export_files import ExportGone, export_text
from services.wallet.holds import HoldRequest, hold
from storage.sql import change, row
from tests.cast import CAST
from tests.handlers.pages.street import open_street
from tests.shop import ShopUnderTest, become_staff, new_till

MANAGER, OWNER, SECOND, MEMBER = "店长", "老板", "路人", "店长"
EVERYTHING = {
    "code": "all",
    "name": "什么都要",
    "contact": "010-1",
    "purpose": "试试",
    "kinds": list(KINDS),
}
ASKING = (
    *("入会", "同意并订阅", "授权", "授权 没有", "授权 all", "同意授权", "授权", "隐私"),
    *("隐私 1", "隐私 99", "我的数据", "我的数据", "我的数据", "我的数据"),
)


async def use_their_rights(shop: ShopUnderTest) -> None:
    await load_shop(shop.shop, {"partners": [EVERYTHING]})
    await shop.shop.rules.refresh()
    await become_staff(shop, MANAGER, Role.MANAGER, "cd01")
    await become_staff(shop, OWNER, Role.OWNER, "")
    await become_staff(shop, SECOND, Role.OWNER, "")
    await shop.hear("店员小陈", "隐私")
    for words in ASKING:
        await shop.hear(MEMBER, words)
    async with open_street(shop) as street:
        await street.open("/d/x")
    await hand_out_lists(shop)
    await shop.hear(MEMBER, "取消授权 all")
    await leave_with_money(shop)
    await leave(shop)
    ended = [partner.as_data() | {"ended": True} for partner in shop.shop.rules.partners]
    await load_shop(shop.shop, {"partners": ended})
    await shop.shop.rules.refresh()
    for words in ("授权", "隐私"):
        await shop.hear("小李", words)


async def hand_out_lists(shop: ShopUnderTest) -> None:
    await shop.hear(MANAGER, "导出")
    await shop.hear(OWNER, "导出 伙伴 all 三")
    for words in ("导出 伙伴 all", "导出", "导出 cd01", "导出"):
        await shop.hear(OWNER, words)
        await shop.hear(SECOND, f"确认 {shop.last_code}")
    found = await row("SELECT MIN(id) AS first, MAX(id) AS last FROM member_exports")
    assert found is not None
    for number in (found["first"], found["last"]):
        await export_text(shop.shop, number)
    await change("UPDATE staff SET state = 'stopped' WHERE role = 'owner'")
    try:
        await export_text(shop.shop, found["first"])
    except ExportGone as gone:
        shop.wordings.fill(gone.wording, gone.facts)
    await become_staff(shop, OWNER, Role.OWNER, "")
    await become_staff(shop, "店员小陈", Role.MANAGER, "cd02")
    await shop.hear("店员小陈", "导出")


async def pay_in(shop: ShopUnderTest) -> str:
    """A code to pay with."""
    shown = (await shop.hear(MEMBER, "会员码"))[0]
    await shop.hear(OWNER, f"充值 {code_in(shown)} 10 cd01")
    await shop.hear(OWNER, f"确认 {shop.last_code}")
    return code_in((await shop.hear(MEMBER, "会员码"))[0])


def code_in(shown: str) -> str:
    return shown.splitlines()[0].removeprefix("会员码：")


async def leave_with_money(shop: ShopUnderTest) -> None:
    code, till = await pay_in(shop), await new_till(shop.shop)
    await shop.hear(MEMBER, "注销")
    await hold(shop.shop, till, HoldRequest("R-leaving", code, 100, "f"))
    await shop.hear(MEMBER, "注销")
    await shop.pass_time(hours=1)
    await change("UPDATE tickets SET state = 'closed' WHERE kind = 'closing'")
    await is_gone(shop, MEMBER)


async def leave(shop: ShopUnderTest) -> None:
    for words in ("入会", "同意", "反馈 很好喝", "注销", "积分", "确认注销", "注销", "确认注销"):
        await shop.hear("小程序的小王", words)
    found = await row("SELECT MAX(id) AS id FROM tickets")
    assert found is not None
    await shop.hear(OWNER, f"工单 {found['id']}")
    for words in ("入会", "同意"):
        await shop.hear("小程序的小王", words)
    await is_gone(shop, "小程序的小王")


async def is_gone(shop: ShopUnderTest, name: str) -> None:
    """WeChat tells that this account was closed."""
    person = CAST[name]
    news = ProfileNews(person.openid, "wx1", "", "", "", "")
    await shop.receive(shop.push(name, AuthorizationCancelled(news), is_message=False))
