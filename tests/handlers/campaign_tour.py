"""The tour of campaigns (营销巡店): codes, questions, and what staff see and say about them."""

from datetime import timedelta
from typing import Any

from loyalty.staff import Role
from services.campaigns.engine import run_cues
from services.loading import load_shop
from storage.sql import row, rows
from tests.cast import CAST
from tests.services.campaigning import happens
from tests.shop import ShopUnderTest, become_staff
from tests.shop_parts import demo_shop

OWNER, SECOND, MEMBER, STRANGER = "老板", "老赵", "小李", "路人"
OF_ONE_STORE = "小程序的小王"
STALL = "code:market"
TRIGGERS = (
    *("join", "purchase", "refund", "birthday", "tier_up", "tier_down", "attended"),
    *("dormant", "after_purchase", "viewed", "stage", "code", "schedule"),
)
QUESTION = {"question": "这次怎么样？", "answers": ["很好", "一般", "不满意"], "bad": ["不满意"]}
GIFTS = [
    {"points": 5},
    {"coupon": "latte"},
    {"message": "{称呼}，你有 {积分} 积分，{等级}送{券}。"},
]
CAMPAIGNS: list[dict[str, Any]] = [
    {"code": "stall", "name": "集市", "trigger": STALL, "actions": GIFTS},
    {
        "code": "asked",
        "trigger": "attended",
        "per_person": "every",
        "actions": [{"form": QUESTION}, {"tag": "常客"}, {"ticket": "请回访"}],
    },
    {
        "code": "dear",
        "trigger": "attended",
        "actions": [{"points": 5}],
        "stock": 5,
        "budget_fen": 1,
        "at_budget": "ask",
        "hold_out": 1,
        "audience": "等级>=普通会员",
    },
    {"code": "full", "trigger": "attended", "actions": [{"points": 5}], "stock": 1},
    {"code": "poor", "trigger": "attended", "actions": [{"points": 5}], "budget_fen": 1},
    {"code": "later", "trigger": "attended", "actions": [{"points": 5}]},
    {"code": "gone", "trigger": "attended", "actions": [{"points": 5}], "ended": True},
    {"code": "asks", "trigger": "attended", "actions": [{"points": 5}], "approval": True},
]


async def run_campaigns(shop: ShopUnderTest) -> None:
    await become_staff(shop, OWNER, Role.OWNER, "")
    await become_staff(shop, SECOND, Role.OWNER, "")
    await become_staff(shop, OF_ONE_STORE, Role.MARKETING, "cd01")
    for words in ("营销 没有", "营销 停", "营销 1 2 3"):
        await shop.hear(OWNER, words)
    today = shop.shop.today()
    later = {"from": (today + timedelta(days=9)).isoformat()}
    campaigns = [one | (later if one["code"] == "later" else {}) for one in CAMPAIGNS]
    await load_shop(shop.shop, {"campaigns": campaigns})
    await shop.shop.rules.refresh()
    await have_codes_drawn(shop)
    await scan_codes(shop)
    await ask_members(shop)
    await look_after_campaigns(shop)
    for name in (SECOND, OF_ONE_STORE):
        await stop_being_staff(name)


async def scan_codes(shop: ShopUnderTest) -> None:
    for name in (MEMBER, STRANGER):
        await shop.scan(name, "market")
    await shop.hear(MEMBER, "账单")
    await shop.hear(MEMBER, "积分")
    await shop.hear(MEMBER, "为什么")
    await shop.hear(MEMBER, "优惠券")
    await shop.hear(MEMBER, "为什么")


async def have_codes_drawn(shop: ShopUnderTest) -> None:
    for words in ("渠道码", "渠道码 nowhere", "渠道码 market"):
        await shop.hear(OWNER, words)


async def ask_members(shop: ShopUnderTest) -> None:
    number = await member_number(shop, MEMBER)
    for key in ("1", "2"):
        await happens(shop.shop, "attended", number, key=f"tour-{key}")
    await run_cues(shop.shop)
    asked = await rows("SELECT id FROM campaign_effects WHERE campaign = 'asked' ORDER BY id")
    good, bad = (line["id"] for line in asked)
    for words in (
        "回访 99999 很好",
        f"回访 {good} 什么",
        f"回访 {good} 很好",
        f"回访 {bad} 不满意",
    ):
        await shop.hear(MEMBER, words)
    await shop.hear(OWNER, "成效 asked")


async def look_after_campaigns(shop: ShopUnderTest) -> None:
    """Of two who are asked one is held out or waits: the figures are there either way."""
    for words in (
        "营销",
        "营销 dear",
        "营销 full",
        "营销 gone",
        "营销 预算 asked 10",
        "营销 预算 gone 10",
    ):
        await shop.hear(OWNER, words)
    for words in ("营销 停 stall", "营销 开 stall"):
        await shop.hear(OWNER, words)
        await shop.hear(OWNER, "确认 ※")
        await shop.hear(OWNER, "营销")
        await shop.hear(OWNER, "营销 stall")
    await shop.hear(OWNER, "营销 asks")
    for words in ("营销 开 asks", "营销 预算 dear 10"):
        await shop.hear(OWNER, words)
        await shop.hear(SECOND, "确认 ※")
    await shop.hear(OWNER, "营销 开 asks")
    await lose_an_audience(shop)
    await load_shop(shop.shop, {"campaigns": [{**CAMPAIGNS[-1], "stock": 1}]})
    await shop.shop.rules.refresh()
    await shop.hear(SECOND, "确认 ※")
    for words in ("营销 停 stall", "营销 poor", "帮助 员工"):
        await shop.hear(OF_ONE_STORE, words)
    # It takes a whole shop file to have each of them.
    for kind in TRIGGERS:
        shop.wordings.fill(f"campaigns/trigger_{kind}", {"about": "8", "days": "8"})
    ended = [{**one.terms.as_data(), "ended": True} for one in shop.shop.rules.campaigns]
    await load_shop(shop.shop, {"campaigns": ended})
    await shop.shop.rules.refresh()
    await shop.hear(OWNER, "营销")
    await load_shop(shop.shop, {"campaigns": demo_shop()["campaigns"]})
    await shop.shop.rules.refresh()


async def lose_an_audience(shop: ShopUnderTest) -> None:
    passing = {"name": "路过的", "filter": "全部"}
    asks = {**CAMPAIGNS[-3], "audience": "路过的"}
    await load_shop(shop.shop, {"segments": [passing], "campaigns": [asks]})
    await load_shop(shop.shop, {"segments": [{**passing, "ended": True}]})
    await shop.shop.rules.refresh()
    for words in ("营销", "营销 later"):
        await shop.hear(OWNER, words)


async def member_number(shop: ShopUnderTest, name: str) -> int:
    found = await row("SELECT member_id FROM followers WHERE openid = $1", CAST[name].openid)
    assert found is not None
    assert found["member_id"] is not None, name
    return int(found["member_id"])


async def stop_being_staff(name: str) -> None:
    await rows(
        "UPDATE staff SET state = 'stopped' WHERE follower_id ="
        " (SELECT id FROM followers WHERE openid = $1)",
        CAST[name].openid,
    )
