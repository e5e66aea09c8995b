"""为什么 is about the very number told last: awaited points, prices, rungs and receipts."""

from typing import Any

from services.loading import load_shop
from tests.shop import LATTE, ShopUnderTest

BEANS = {**LATTE, "sku": "beans", "category": "零售"}


async def use(shop: ShopUnderTest, **data: Any) -> None:
    await load_shop(shop.shop, data)
    await shop.shop.rules.refresh()


async def version_of(shop: ShopUnderTest) -> str:
    return f"第 {shop.shop.rules.version} 版规则"


async def test_points_that_await_an_upload_are_explained(shop_under_test: ShopUnderTest) -> None:
    offline = await shop_under_test.offline_receipt(7, amount_fen=8850)
    version = await version_of(shop_under_test)
    await shop_under_test.hear("小李", offline)
    [why] = await shop_under_test.hear("小李", "为什么")
    assert "小票 88.50 元，预计 88 积分" in why
    assert "可积分金额 88.50 元 × 每元 1 积分" in why
    assert version in why
    await use(shop_under_test, points={"points_per_yuan": 3})
    [balance] = await shop_under_test.hear("小李", "积分")
    assert "待到账：88" in balance
    [later] = await shop_under_test.hear("小李", "为什么")
    assert "预计 88 积分" in later
    assert "每元 3 积分" not in later
    assert version in later


async def test_points_of_a_return_period_are_explained(shop_under_test: ShopUnderTest) -> None:
    await use(shop_under_test, points={"pending_days": 7}, point_boosts=[])
    version = await version_of(shop_under_test)
    await shop_under_test.hear("小李", await shop_under_test.receipt(22_000))
    [told] = await shop_under_test.hear("小李", "为什么")
    assert "消费 220.00 元，220 积分在 2027-01-18 到账" in told
    await use(shop_under_test, points={"points_per_yuan": 9})
    assert "待到账：220" in (await shop_under_test.hear("小李", "积分"))[0]
    [why] = await shop_under_test.hear("小李", "为什么")
    assert "220 积分在 2027-01-18 到账" in why
    assert "可积分金额 220.00 元 × 每元 1 积分" in why
    assert version in why


async def test_more_awaited_points_than_fit_are_told_in_one_line(
    shop_under_test: ShopUnderTest,
) -> None:
    for sequence in range(5):
        await shop_under_test.hear("小李", await shop_under_test.offline_receipt(sequence))
    assert "待到账：160" in (await shop_under_test.hear("小李", "积分"))[0]
    [why] = await shop_under_test.hear("小李", "为什么")
    assert why.count("预计 32 积分") == 3
    assert "另有 64 积分待到账" in why
    assert len(why.encode()) < 2048


async def test_a_boost_of_some_goods_tells_what_it_covers(shop_under_test: ShopUnderTest) -> None:
    triple = {"code": "t", "name": "三倍豆", "percent": 300, "categories": ["零售"]}
    bonus = {"code": "b", "name": "满赠", "points": 20}
    await use(shop_under_test, point_boosts=[triple, bonus])
    lines = [{**LATTE, "amount_fen": 7500}, {**BEANS, "amount_fen": 2500}]
    sold = await shop_under_test.sell(10_000, lines=lines)
    [told] = await shop_under_test.hear("小李", sold["claim"]["token"])
    assert "+170" in told
    [why] = await shop_under_test.hear("小李", "为什么")
    assert "可积分金额 100.00 元" in why
    assert "三倍豆：其中 25.00 元按 300% 计，其余按 100% 计" in why
    assert "满赠：另加 20 积分" in why


async def test_a_price_keeps_the_rules_and_steps_it_was_told_by(
    shop_under_test: ShopUnderTest,
) -> None:
    off = {"code": "off", "name": "满百减十", "kind": "money_off", "threshold_fen": 10_000}
    await use(shop_under_test, promotions=[{**off, "amount_fen": 1000}])
    version = await version_of(shop_under_test)
    [price] = await shop_under_test.hear("小李", "128")
    assert "满百减十：-10.00 元" in price
    await use(shop_under_test, promotions=[{**off, "amount_fen": 2000}])
    for _ in range(2):
        [why] = await shop_under_test.hear("小李", "为什么")
        assert version in why
        assert "满百减十：-10.00 元" in why
        assert "普通会员付 100%" in why
        assert f"原价 128.00 元，{price.splitlines()[0]}" in why


async def test_who_never_rose_is_told_the_rule_of_the_next_rung(
    shop_under_test: ShopUnderTest,
) -> None:
    version = await version_of(shop_under_test)
    await shop_under_test.hear("小李", "等级")
    await use(shop_under_test, ladder={"keep_percent": 50}, tiers=[])
    [why] = await shop_under_test.hear("小李", "为什么")
    assert "再升到银卡会员的条件" in why
    assert "成长值 32.00，要求 500.00" in why
    assert version in why
    [by_name] = await shop_under_test.hear("小李", "为什么 等级")
    assert await version_of(shop_under_test) in by_name


async def test_what_if_is_explained_by_the_figures_it_told(shop_under_test: ShopUnderTest) -> None:
    version = await version_of(shop_under_test)
    await shop_under_test.hear("小李", "等级 100")
    [stays] = await shop_under_test.hear("小李", "为什么")
    assert "再消费 100.00 元的话" in stays
    assert "成长值 132.00，要求 500.00" in stays
    await shop_under_test.hear("小李", "等级 500")
    [rises] = await shop_under_test.hear("小李", "为什么")
    assert "到银卡会员的条件" in rises
    assert "成长值 532.00，要求 500.00" in rises
    assert "再升到金卡会员的条件" in rises
    assert "满足一项即可" in rises
    assert version in rises


async def test_an_older_receipt_told_again_is_the_one_explained(
    shop_under_test: ShopUnderTest,
) -> None:
    older = await shop_under_test.receipt(1600)
    await shop_under_test.hear("小李", older)
    for amount_fen in (4100, 4200, 4300):
        await shop_under_test.hear("小李", await shop_under_test.receipt(amount_fen))
    assert "+16" in (await shop_under_test.hear("小李", older))[0]
    for _ in range(2):
        [why] = await shop_under_test.hear("小李", "为什么")
        assert "消费 16.00 元" in why
        assert "可积分金额 16.00 元" in why
        assert "43.00" not in why


async def test_nobody_is_told_of_somebody_elses_receipt(shop_under_test: ShopUnderTest) -> None:
    token = await shop_under_test.receipt(9900)
    await shop_under_test.hear("老赵", token)
    assert "已被领取" in (await shop_under_test.hear("小李", token))[0]
    [why] = await shop_under_test.hear("小李", "为什么")
    assert "99.00" not in why
