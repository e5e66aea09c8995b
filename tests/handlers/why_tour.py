"""The tour of 为什么: how points, stored value, coupons and tiers are explained."""

import json

from services.loading import load_shop
from services.people.callers import identify
from storage.sql import change
from tests.cast import CAST
from tests.handlers.pos.counter import open_counter
from tests.handlers.wallet_tour import NAME, hold, top_up
from tests.services.couponing import give_coupon
from tests.shop import ShopUnderTest

EXCLUDED = {
    "sku": "smoke",
    "name": "烟",
    "category": "cigarettes",
    "quantity": 1,
    "amount_fen": 100,
}
MOVES = ("reached", "kept", "grace", "stepped_down", "returned", "pinned", "unpinned")
BOOSTS: dict[str, object] = {
    "points": {"cap_per_receipt": 100, "excluded_categories": ["cigarettes"]},
    "point_boosts": [
        {"code": "why-double", "name": "双倍", "percent": 200},
        {"code": "why-more", "name": "加赠", "points": 5, "threshold_fen": 100},
    ],
}
CAUSES = (
    {"by": "join"},
    {"by": "exchange", "points": 90},
    {"by": "gift"},
    {"by": "tier_gift", "tier": "银卡会员"},
    {"ticket": 3},
    {"by": "shop"},
)


async def ask_why(shop: ShopUnderTest) -> None:
    """With histories written by hand where living through them would take years."""
    await shop.hear("路人", "为什么")
    li = (await identify(shop.shop, "main", CAST["小李"].openid, "")).person
    assert li.member_id is not None
    for words in ("为什么 积分", "为什么 余额", "为什么 券", "为什么 等级"):
        for name in ("小李", "老赵"):
            await shop.hear(name, words)
    for words in ("算 30", "为什么"):
        await shop.hear("小李", words)
    await ask_about_purchases(shop)
    await ask_about_coupons(shop)
    for number, reason in enumerate(MOVES):
        await write_move(li.member_id, reason, number)
        await shop.hear("小李", "为什么 等级")


async def ask_about_purchases(shop: ShopUnderTest) -> None:
    """Boosted, capped, paid with stored value, and worth nothing."""
    await load_shop(shop.shop, BOOSTS)
    await shop.shop.rules.refresh()
    async with open_counter(shop) as counter:
        await top_up(counter, 50_000, bonus_fen=5_000)
        for amount_fen in (9_000, 50):
            receipt_no = f"why-{amount_fen}"
            await hold(counter, amount_fen, receipt_no=receipt_no)
            basket = counter.basket(amount_fen, receipt_no=receipt_no)
            basket["lines"].append(EXCLUDED)
            await counter.report(basket)
            for words in ("为什么 积分", "为什么 余额"):
                await shop.hear(NAME, words)


async def ask_about_coupons(shop: ShopUnderTest) -> None:
    code = await give_coupon(shop.shop, CAST["小李"].openid)
    for cause in CAUSES:
        await change("UPDATE coupons SET cause = $1 WHERE code = $2", json.dumps(cause), code)
        await shop.hear("小李", "为什么 券")


async def write_move(member_id: int, reason: str, number: int) -> None:
    facts = {
        "rules": 1,
        "first_day": "2026-01-01" if number % 2 else None,
        "last_day": "2026-12-31",
        "conditions": [
            {"measure": measure, "have": 1, "need": 2}
            for measure in ("growth", "visits", "spend_fen")
        ],
    }
    await change(
        "INSERT INTO tier_changes (key, member_id, from_tier, to_tier, reason, facts, changed_at)"
        " VALUES ($1, $2, 'base', 'silver', $3, $4, 1)",
        f"why tour {number}",
        member_id,
        reason,
        json.dumps(facts),
    )
