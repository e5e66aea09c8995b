"""The tour of audiences (人群巡店): filters tried, misread, saved and dropped; tags by hand."""

from services.loading import load_shop
from services.people.member_tags import refresh_tags
from tests.handlers.staff_tour import yes
from tests.shop import ShopUnderTest

MANAGER, OWNER, MEMBER = "店长", "老板", "小李"
TRIED = (
    *("人群 条件", "人群 看 没有的"),
    *("人群", "人群 什么", "人群 试 全部", "人群 试 积分>=999999999", "人群 试 全部 全部"),
    *("人群 试 消废>5", "人群 试 区域>成都", "人群 试 区域=", "人群 试 7天内收到=短信"),
    *("人群 试 积分>=1.5", "人群 试 消费>=1.234", "人群 试 加入>=昨天", "人群 试 随机=200%"),
    *("人群 试 到期积分>5", "人群 试 90天内积分>5", "人群 试 (全部", "人群 试 全部 且"),
    *(f"人群 试 {'(' * 50}", "人群 试 门店=春西路店", "人群 存 甲且乙 全部", "人群 删 没有的"),
)
SAVED: dict[str, object] = {
    "segments": [{"name": "写在档案里", "filter": "全部"}],
    "tags": [{"tag": "常客", "when": "全部", "because": "因为你常来"}],
}

NONE: dict[str, object] = {
    "segments": [{"name": "成都老客", "filter": "全部", "ended": True}],
}


async def mean_people(shop: ShopUnderTest) -> None:
    await load_shop(shop.shop, NONE)
    await shop.shop.rules.refresh()
    for words in TRIED:
        await shop.hear(MANAGER, words)
    await save_and_drop(shop)
    await load_shop(shop.shop, SAVED)
    await shop.shop.rules.refresh()
    await refresh_tags(shop.shop)
    await shop.hear(OWNER, "人群 存 写在档案里 全部")
    await tag_by_hand(shop)


async def save_and_drop(shop: ShopUnderTest) -> None:
    await yes(shop, OWNER, "人群 存 常来 到店>=1次")
    await shop.hear(MANAGER, "人群 存 常来 全部")
    await yes(shop, OWNER, "人群 存 常来 到店>=2次")
    await shop.hear(OWNER, "人群 存 常来 人群=常来")
    await yes(shop, OWNER, "人群 存 少来 非 人群=常来")
    await shop.hear(OWNER, "人群")
    await shop.hear(OWNER, "人群 删 常来")
    await save_at_once(shop)
    await yes(shop, OWNER, "人群 删 少来")


async def save_at_once(shop: ShopUnderTest) -> None:
    await shop.hear(MANAGER, "人群 存 大家 全部")
    first = shop.last_code
    await shop.hear(OWNER, "人群 存 大家 到店>=1次")
    await shop.hear(OWNER, f"确认 {shop.last_code}")
    await shop.hear(MANAGER, f"确认 {first}")


async def tag_by_hand(shop: ShopUnderTest) -> None:
    [said] = await shop.hear(MEMBER, "资料")
    number = said.partition("会员号 ")[2].partition("）")[0]
    for words in ("", f"{number}", f"{number} 加 熟客", f"{number} 加 13800138000"):
        await shop.hear(OWNER, f"标签 {words}")
    for tag in ("熟客", "常客"):
        await shop.hear(OWNER, f"标签 {number} 减 {tag}")
