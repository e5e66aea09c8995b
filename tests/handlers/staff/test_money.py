"""充值、退卡、补积分、撤销: money and points by hand, told to the member, undone within minutes."""

import pytest

from loyalty.staff import Role
from services.loading import load_shop
from storage.models import Member
from storage.sql import rows
from tests.shop import ShopUnderTest, become_staff

OFFER = {"topup_offers": [{"code": "c500", "paid_fen": 50000, "bonus_fen": 5000}]}


async def member_code(shop: ShopUnderTest, name: str = "小李") -> str:
    return (await shop.hear(name, "会员码"))[0].splitlines()[0].removeprefix("会员码：")


async def member_no(place: int = 2) -> str:
    member = await Member.all().order_by("id").offset(place - 1).first()
    assert member is not None
    assert member.member_no is not None
    return str(member.member_no)


async def top_up(shop: ShopUnderTest, yuan: str = "500") -> None:
    await shop.hear("店员小陈", f"充值 {await member_code(shop)} {yuan}")
    (told,) = await shop.hear("店员小陈", "确认 ※")
    assert told.startswith("已充值"), told


async def told_to(shop: ShopUnderTest, name: str) -> list[str]:
    return [text for to, text in await shop.delivered() if to == name and "二维码" not in text]


async def test_a_top_up_brings_the_bonus_the_summary_promised(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await load_shop(shop.shop, OFFER)
    await shop.shop.rules.refresh()
    await shop.plays(f"""
        店员小陈> 充值 {await member_code(shop)} 500
        机器人> 充值：500.00 元，赠 50.00 元
                请先收款。
        店员小陈> 〃
        机器人> 充值：500.00 元，赠 50.00 元
        店员小陈> 确认 ※
        机器人> 已充值 500.00 元，赠 50.00 元，可用余额 550.00 元（春熙路店）。
        店员小陈> 〃
        机器人> 已充值 500.00 元，赠 50.00 元，可用余额 550.00 元（春熙路店）。
        小李> 余额
        机器人> 可用余额：550.00 元
    """)
    assert (await told_to(shop, "小李"))[-1].startswith("你在春熙路店充值 500.00 元")


async def test_a_top_up_is_confirmed_even_when_the_code_has_aged(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    code = await member_code(shop)
    await shop.pass_time(seconds=90)
    await shop.hear("店员小陈", f"充值 {code} 100")
    await shop.pass_time(seconds=59)
    assert "已充值 100.00 元" in (await shop.hear("店员小陈", "确认 ※"))[0]


async def test_a_member_code_serves_one_top_up(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    code = await member_code(shop)
    await shop.hear("店员小陈", f"充值 {code} 100")
    await shop.plays(f"""
        店长> 充值 {code} 100
        机器人> 这个会员码已经用过，请会员重新出示。
        店员小陈> 充值 {await member_no()} 100
        机器人> 充值要会员本人出示 18 位会员码…
    """)


async def test_points_are_given_and_taken_with_a_reason(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    number = await member_no()
    await shop.plays(f"""
        店长> 补积分 {number} 100 漏积 补录
        机器人> 积分调整：+100
                原因：漏积 补录
        店长> 确认 ※
        机器人> 积分已调整 +100，会员现有 182 积分。
        店长> 补积分 {number} -20 输错
        机器人> 积分调整：-20
        店长> 确认 ※
        机器人> 积分已调整 -20，会员现有 162 积分。
        店长> 补积分 {number} -163 输错
        机器人> 积分调整：-163
        店长> 确认 ※
        机器人> 积分不够：要用 163，现有 162，还差 1。
    """)
    assert (await told_to(shop, "小李"))[0].splitlines() == [
        "春熙路店调整了你的积分：+100",
        "原因：漏积 补录",
        "现有积分：182",
    ]


async def test_many_points_need_a_second_person(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    number = await member_no()
    await become_staff(shop, "路人", Role.MANAGER, "cd02")
    await shop.plays(f"""
        店长> 补积分 {number} 1001 活动补发
        机器人> 积分调整：+1001
                需要另一位店长或老板在 30 分钟内回复：
                确认 …
        店长> 确认 ※
        机器人> 这件事要由另一位店长或老板确认。
        店员小陈> 确认 ※
        机器人> 这件事你不能确认。
        路人> 确认 ※
        机器人> 这件事你不能确认。
    """)
    told = [(name, text) for name, text in await shop.delivered() if "发起" in text]
    assert [name for name, _ in told] == ["老板"]
    assert told[0][1].splitlines()[:2] == [
        "春熙路店 店长 发起了一件要你确认的事：",
        "积分调整：+1001",
    ]
    assert shop.last_code not in told[0][1]
    await shop.pass_time(minutes=29)
    await shop.plays("""
        老板> 确认 ※
        机器人> 积分已调整 +1001，会员现有 1083 积分。
        老板> 〃
        机器人> 积分已调整 +1001，会员现有 1083 积分。
    """)


@pytest.mark.parametrize("points", ["0", "1e3", "1.5", "+", "100001", "一百", "--5", "1,000"])
async def test_points_that_are_none_are_refused_with_an_example(
    shop_under_test: ShopUnderTest, points: str
) -> None:
    (told,) = await shop_under_test.hear("店长", f"补积分 {await member_no()} {points} 补")
    assert told.startswith(("积分要写整数，例如 100", "一次最多 100000 积分"))


async def test_a_card_is_given_back_by_two_people_with_its_reckoning(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await load_shop(shop.shop, OFFER)
    await shop.shop.rules.refresh()
    await top_up(shop)
    await shop.plays(f"""
        店长> 退卡 {await member_no()}
        机器人> 退卡：未填称呼 {await member_no()}
                充值 500.00 元，赠送 50.00 元
                已用 0.00 元，按充值与赠送的比例，其中本金 0.00 元
                应退 500.00 元
        老板> 确认 ※
        机器人> 已退卡，请退给顾客 500.00 元，赠送金 50.00 元作废。
        小李> 余额
        机器人> 可用余额：0.00 元
        店长> 撤销
        机器人> 刚才这件事不能在这里撤销。
        老板> 撤销
        机器人> 10 分钟内没有你办过、还能撤销的事。
    """)
    assert any("应退 500.00 元" in text for text in await told_to(shop, "小李"))


async def test_a_card_that_changed_since_is_not_given_back(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await top_up(shop, "100")
    await shop.hear("店长", f"退卡 {await member_no()}")
    code = shop.last_code
    await top_up(shop, "50")
    assert await shop.hear("老板", f"确认 {code}") == ["卡里的金额已有变化，请重新发起退卡。"]
    assert "可用余额：150.00 元" in (await shop.hear("小李", "余额"))[0]


async def undone(shop: ShopUnderTest, name: str) -> str:
    await shop.hear(name, "撤销")
    return (await shop.hear(name, "确认 ※"))[0]


async def test_a_redemption_undone_gives_the_coupon_back(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    (coupon,) = await rows("SELECT code FROM coupons ORDER BY id DESC LIMIT 1")
    await shop.hear("店员小陈", f"核销 {coupon['code']}")
    await shop.hear("店员小陈", "确认 ※")
    await shop.plays("""
        小李> 优惠券
        机器人> 暂时没有可用的优惠券。
        店员小陈> 撤销
        机器人> 撤销刚才办的这件事：
                核销：新人券…
        店员小陈> 确认 ※
        机器人> 已撤销核销：新人券…
        店员小陈> 〃
        机器人> 已撤销核销：新人券…
        店员小陈> 撤销
        机器人> 10 分钟内没有你办过、还能撤销的事。
    """)
    assert coupon["code"] in (await shop.hear("小李", "优惠券"))[0]
    assert "可以再用了" in (await told_to(shop, "小李"))[-1]


async def test_a_top_up_undone_is_paid_back_and_only_while_unspent(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await top_up(shop, "100")
    assert await undone(shop, "店员小陈") == "已撤销充值，请退给顾客 100.00 元（春熙路店）。"
    assert "可用余额：0.00 元" in (await shop.hear("小李", "余额"))[0]
    assert (await told_to(shop, "小李"))[-1].startswith("春熙路店撤销了你的充值")


async def test_a_receipt_undone_takes_its_points_back(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", "小票 128")
    link = (await shop.hear("店员小陈", "确认 ※"))[1].removeprefix("（二维码）")
    await shop.hear("小李", link)
    assert await undone(shop, "店员小陈") == "已撤销小票 128.00 元（春熙路店），收回 128 积分。"
    assert "可用积分：82" in (await shop.hear("小李", "积分"))[0]
    assert (await told_to(shop, "小李"))[-1].startswith("春熙路店撤销了 128.00 元的小票")


async def test_a_receipt_undone_before_its_scan_is_worth_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", "小票 128")
    link = (await shop.hear("店员小陈", "确认 ※"))[1].removeprefix("（二维码）")
    assert await undone(shop, "店员小陈") == "已撤销小票 128.00 元（春熙路店），收回 0 积分。"
    await shop.hear("小李", link)
    assert "可用积分：82" in (await shop.hear("小李", "积分"))[0]


async def test_an_adjustment_undone_and_one_whose_points_are_spent(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    number = await member_no()
    for points in ("100", "-30"):
        await shop.hear("店长", f"补积分 {number} {points} 试")
        await shop.hear("店长", "确认 ※")
    assert await undone(shop, "店长") == "已撤销，积分调整 +30，会员现有 182 积分。"
    await shop.hear("老板", f"补积分 {number} -150 扣回")
    await shop.hear("老板", "确认 ※")
    assert (await undone(shop, "店长")).startswith("积分不够：要用 100，现有 32")
    assert await rows("SELECT 1 AS one FROM staff_actions WHERE undone_at IS NOT NULL") == [
        {"one": 1}
    ]


async def test_only_ones_own_newest_act_of_the_last_minutes_is_undone(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    for yuan in ("10", "20"):
        await shop.hear("店员小陈", f"小票 {yuan}")
        await shop.hear("店员小陈", "确认 ※")
    await shop.plays("""
        店长> 撤销
        机器人> 10 分钟内没有你办过、还能撤销的事。
        店员小陈> 撤销
        机器人> 撤销刚才办的这件事：
                小票：20.00 元
        店员小陈> 确认 ※
        机器人> 已撤销小票 20.00 元…
        店员小陈> 撤销
        机器人> 撤销刚才办的这件事：
                小票：10.00 元
    """)
    await shop.pass_time(minutes=10, seconds=1)
    await shop.plays("""
        店员小陈> 撤销
        机器人> 10 分钟内没有你办过、还能撤销的事。
    """)
