"""充值、退充值: money paid in by hand, by one person up to a limit, and given back unused."""

from datetime import timedelta

from loyalty.staff import Role
from services.loading import load_shop
from tests.handlers.staff.test_money import member_code, member_no, told_to, top_up
from tests.shop import ShopUnderTest, become_staff


async def with_wallet(shop: ShopUnderTest, **terms: object) -> None:
    await load_shop(shop.shop, {"wallet": terms})
    await shop.shop.rules.refresh()


async def test_a_card_that_cannot_hold_the_money_is_refused_before_it_is_taken(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await with_wallet(shop, limit_fen=100_000)
    code = await member_code(shop)
    await shop.plays(f"""
        店员小陈> 充值 {code} 1000.01
        机器人> 本金上限 1000.00 元，现有 0.00 元，最多再充 1000.00 元
        店员小陈> 充值 {code} 1000
        机器人> 充值：1000.00 元，赠 …
    """)


async def test_a_large_top_up_needs_a_manager_as_well(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await become_staff(shop, "路人", Role.CLERK, "cd01")
    await shop.plays(f"""
        店员小陈> 充值 {await member_code(shop)} 2000.01
        机器人> 充值：2000.01 元，赠 …
                需要另一位店长或老板在 30 分钟内回复：
                确认 …
        店员小陈> 确认 ※
        机器人> 这件事要由另一位店长或老板确认。
        路人> 确认 ※
        机器人> 这件事你不能确认。
    """)
    told = [name for name, text in await shop.delivered() if "发起" in text]
    assert sorted(told) == ["店长", "老板"]
    assert "已充值 2000.01 元" in (await shop.hear("店长", "确认 ※"))[0]
    assert (await told_to(shop, "小李"))[-1].startswith("你在春熙路店充值 2000.01 元")


async def test_a_large_top_up_in_parts_needs_a_second_person_for_the_last_one(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await with_wallet(shop, alone_fen=100_000)
    await top_up(shop, "600")
    (asked,) = await shop.hear("店员小陈", f"充值 {await member_code(shop)} 400.01")
    assert "需要另一位店长或老板" in asked
    await shop.pass_time(days=1)
    await top_up(shop, "400.01")


async def test_nobody_tops_themselves_up_alone(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await become_staff(shop, "小李", Role.CLERK, "cd01")
    (asked,) = await shop.hear("小李", f"充值 {await member_code(shop)} 1")
    assert "需要另一位店长或老板" in asked


async def test_an_unused_top_up_is_given_back_by_two_people(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await top_up(shop, "100")
    await top_up(shop, "500")
    await shop.pass_time(days=6)
    await shop.plays(f"""
        店员小陈> 退充值 {await member_no()}
        机器人> 没有听懂…
        店长> 退充值
        机器人> 请发送：退充值 会员号，退的是最近一笔没有用过的充值。
        店长> 退充值 {await member_no()}
        机器人> 退充值：500.00 元（{shop.shop.today() - timedelta(days=6)}），赠送金 50.00 元作废
                会员：未填称呼 {await member_no()}
        店长> 确认 ※
        机器人> 这件事要由另一位店长或老板确认。
        老板> 确认 ※
        机器人> 已撤销充值，请退给顾客 500.00 元（春熙路店）。
        老板> 〃
        机器人> 已撤销充值，请退给顾客 500.00 元（春熙路店）。
        小李> 余额
        机器人> 可用余额：100.00 元
    """)
    assert (await told_to(shop, "小李"))[-1].startswith("春熙路店撤销了你的充值")


async def test_a_top_up_is_not_given_back_too_late_or_where_the_shop_does_not(
    shop_under_test: ShopUnderTest,
) -> None:
    shop, words = shop_under_test, f"退充值 {await member_no()}"
    assert await shop.hear("店长", words) == ["没有可以退的充值。"]
    await top_up(shop, "100")
    await shop.pass_time(days=7, seconds=1)
    assert await shop.hear("店长", words) == ["充值满 7 天后不能撤销。"]
    await with_wallet(shop, withdraw_days=0)
    assert await shop.hear("店长", words) == ["门店没有开通充值后的撤销。"]


async def test_what_the_only_owner_asks_a_manager_of_a_store_confirms(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await top_up(shop, "100")
    await shop.hear("老板", f"退卡 {await member_no()}")
    asked = [(name, text) for name, text in await shop.delivered() if "发起" in text]
    assert [name for name, _ in asked] == ["店长"]
    assert asked[0][1].startswith("山茶咖啡 老板 发起了")
    assert await shop.hear("店员小陈", "确认 ※") == ["这件事你不能确认。"]
    assert "请退给顾客 100.00 元" in (await shop.hear("店长", "确认 ※"))[0]


async def test_what_was_just_topped_up_is_undone_without_any_days_to_withdraw(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await with_wallet(shop, withdraw_days=0)
    await top_up(shop, "100")
    await shop.pass_time(minutes=9)
    await shop.hear("店员小陈", "撤销")
    assert (await shop.hear("店员小陈", "确认 ※"))[0].startswith("已撤销充值，请退给顾客 100.00 元")
    assert "可用余额：0.00 元" in (await shop.hear("小李", "余额"))[0]
