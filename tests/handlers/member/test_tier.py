"""等级与权益: where a member stands, the gap to the fen, what a purchase would change."""

import pytest

from services.loading import load_shop
from services.tiers.pins import pin_tier
from storage.sql import change, rows
from tests.shop import ShopUnderTest, full_width

NOT_A_MEMBER = "还不是会员，回【入会】即可加入，只需一步。"


async def spend(shop: ShopUnderTest, amount_fen: int) -> None:
    """小李 buys for so much and scans the receipt."""
    answer = await shop.sell(amount_fen, receipt_no=f"spent-{amount_fen}")
    await shop.hear("小李", answer["claim"]["token"])


async def test_somebody_new_sees_what_is_missing_to_the_fen(shop_under_test: ShopUnderTest) -> None:
    await spend(shop_under_test, 1)
    await shop_under_test.plays("""
        小李> 等级
        机器人> 等级：普通会员
                近 365 天成长值：32
                升到银卡会员：
                · 成长值 32/500，还差消费 467.99 元
                下次评定：普通会员不评定，一直有效
    """)


async def test_what_is_missing_is_what_raises(shop_under_test: ShopUnderTest) -> None:
    await spend(shop_under_test, 46_799)
    assert "还差消费 0.01 元" in (await shop_under_test.hear("小李", "等级"))[0]
    await spend(shop_under_test, 1)
    await shop_under_test.plays("""
        小李> 我的等级
        机器人> 等级：银卡会员
                升到金卡会员，满足一项即可：
                · 成长值 500/2000，还差消费 1500.00 元
                · 到店 2/60 次，还差 58 次
                到店：同一门店一天算一次，当天实付满 10.00 元
                保级看 2028-01-31 为止的 365 天：
                · 成长值 0/400，还差消费 400.00 元
                下次评定：2028-02-01，未达到先宽限 30 天
    """)


async def test_what_keeps_a_rung_counts_the_days_of_its_review(
    shop_under_test: ShopUnderTest,
) -> None:
    await spend(shop_under_test, 46_800)
    await shop_under_test.pass_time(days=300)
    await shop_under_test.plays("""
        小李> 等级
        机器人> 等级：银卡会员
                近 365 天成长值：500
                保级看 2028-01-31 为止的 365 天：
                · 成长值 0/400，还差消费 400.00 元
                下次评定：2028-02-01，未达到先宽限 30 天
    """)


async def test_who_has_kept_the_rung_is_told_so(shop_under_test: ShopUnderTest) -> None:
    await spend(shop_under_test, 46_800)
    await shop_under_test.pass_time(days=300)
    await spend(shop_under_test, 40_000)
    await shop_under_test.plays("""
        小李> 等级
        机器人> 等级：银卡会员
                · 成长值 400/400，已达到
                下次评定：2028-02-01，条件已达到，届时续一期
    """)


async def test_in_the_grace_it_is_told_what_comes_next(shop_under_test: ShopUnderTest) -> None:
    await spend(shop_under_test, 46_800)
    await shop_under_test.pass_time(days=386)
    await shop_under_test.plays("""
        小李> 等级
        机器人> 等级：银卡会员
                · 成长值 0/400，还差消费 400.00 元
                下次评定：2028-03-02，未达到降为普通会员
                现在是宽限期，最后一天 2028-03-01。
    """)


@pytest.mark.parametrize("words", ["等级 467.99", "等级467.99元", "等级 " + full_width("467.99")])
async def test_what_if_tells_where_a_purchase_would_lead(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    reply = (await shop_under_test.hear("小李", words))[0]
    assert reply.splitlines() == [
        "再消费 467.99 元：仍是普通会员",
        "升到银卡会员：",
        "· 成长值 499/500，还差消费 0.01 元",
    ]


async def test_what_if_holds_when_it_is_bought(shop_under_test: ShopUnderTest) -> None:
    reply = (await shop_under_test.hear("小李", "等级 2000"))[0]
    assert reply.splitlines()[0] == "再消费 2000.00 元：升到金卡会员"
    before = await rows("SELECT * FROM tier_changes")
    assert before == []
    await spend(shop_under_test, 200_000)
    assert "等级：金卡会员" in (await shop_under_test.hear("小李", "等级"))[0]


async def test_amounts_that_are_none_are_refused_or_not_understood(
    shop_under_test: ShopUnderTest,
) -> None:
    assert "没看懂金额" in (await shop_under_test.hear("小李", "等级 1.234"))[0]
    assert "没有听懂" in (await shop_under_test.hear("小李", "等级 很高"))[0]


async def test_strangers_are_shown_the_way_in(shop_under_test: ShopUnderTest) -> None:
    for words in ("等级", "权益", "等级 500"):
        assert await shop_under_test.hear("小王", words) == [NOT_A_MEMBER]


async def test_benefits_are_those_of_the_rung_and_of_the_next(
    shop_under_test: ShopUnderTest,
) -> None:
    await spend(shop_under_test, 46_800)
    await shop_under_test.plays("""
        小李> 权益
        机器人> 权益：银卡会员
                · 消费 9.8 折
                · 每消费 1 元得 1 积分
                升到金卡会员后：
                · 消费 9.5 折
    """)


async def test_a_boost_for_the_rung_is_among_its_benefits(shop_under_test: ShopUnderTest) -> None:
    boost = {"code": "base2", "name": "普通会员双倍", "percent": 200, "tiers": ["base"]}
    await load_shop(shop_under_test.shop, {"point_boosts": [boost]})
    await shop_under_test.shop.rules.refresh()
    assert "· 普通会员双倍" in (await shop_under_test.hear("小李", "权益"))[0].splitlines()


async def test_on_the_highest_rung_there_is_nothing_more(shop_under_test: ShopUnderTest) -> None:
    await spend(shop_under_test, 600_000)
    assert "已是最高等级。" in (await shop_under_test.hear("小李", "等级"))[0]
    reply = (await shop_under_test.hear("小李", "权益"))[0]
    assert "· 消费 9 折" in reply
    assert "升到" not in reply.replace("升级", "")


async def test_a_pin_is_told_with_its_end(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test.shop
    [li] = await rows("SELECT member_no FROM members ORDER BY id DESC LIMIT 1")
    until = shop.today().replace(month=6)
    await pin_tier(shop, li["member_no"], "gold", until=until, reason="guest")
    await shop_under_test.plays("""
        小李> 等级
        机器人> 等级：金卡会员
                门店为你保留等级到 2027-06-11。
    """)


async def test_without_a_window_growth_is_told_in_all(shop_under_test: ShopUnderTest) -> None:
    await load_shop(shop_under_test.shop, {"ladder": {"window_days": 0}})
    await shop_under_test.shop.rules.refresh()
    await spend(shop_under_test, 46_800)
    await shop_under_test.plays("""
        小李> 等级
        机器人> 等级：银卡会员
                累计成长值：500
                保级看 2028-01-31 为止的全部：
    """)


async def test_a_shop_without_a_ladder_says_so(shop_under_test: ShopUnderTest) -> None:
    await change("DELETE FROM rules WHERE kind = 'tiers'")
    await change("UPDATE installation SET rules_version = rules_version + 1")
    await shop_under_test.shop.rules.refresh()
    for words in ("等级", "权益", "等级 500"):
        assert await shop_under_test.hear("小李", words) == ["本店还没有设等级。"]


async def test_an_entry_gift_stands_in_the_bill(shop_under_test: ShopUnderTest) -> None:
    await spend(shop_under_test, 200_000)
    assert "升级礼（金卡会员） +200 积分" in (await shop_under_test.hear("小李", "账单"))[0]
