"""兑换: the points mall in a conversation; nothing moves without a yes to the price shown."""

import pytest

from bot.replies import LONGEST_TEXT_BYTES
from tests.services.couponing import CAKE, load_kinds
from tests.shop import ShopUnderTest

REWARD = {"code": "slice", "name": "小蛋糕", "points": 80, "coupon": "cake"}
HIDDEN = [{**one, "tiers": ["black"]} for one in (REWARD, {**REWARD, "code": "whole"})]
DEAR = {"code": "whole", "name": "大蛋糕", "points": 100, "coupon": "cake"}


@pytest.fixture
async def mall(shop_under_test: ShopUnderTest) -> ShopUnderTest:
    """小李 has 82 points. The demo's own rewards are hidden by a tier nobody has yet."""
    shop = shop_under_test.shop
    hidden = [reward.as_data() | {"tiers": ["black"]} for reward in shop.rules.rewards]
    await load_kinds(shop, CAKE, rewards=[*hidden, REWARD, DEAR])
    return shop_under_test


async def test_points_become_a_coupon_after_a_yes(mall: ShopUnderTest) -> None:
    await mall.plays("""
        小李> 兑换
        机器人> 可用积分：82
                1. 小蛋糕 80 积分
                2. 大蛋糕 100 积分（还差 18）
                回“兑换 序号”兑换。
        小李> 兑换 1
        机器人> 用 80 积分兑换小蛋糕？
                兑换后剩余积分：2
                回【确认】兑换，回【取消】放弃。
        小李> 确认
        机器人> 兑换成功：蛋糕券
                有效至 2027-01-21…
                用去积分：80，可用积分：2
        小李> 〃
        机器人> 兑换成功：蛋糕券
        小李> 积分
        机器人> 可用积分：2
        小李> 账单
        机器人> 最近的账目
                兑换小蛋糕 -80 积分…
        小李> 券
        机器人> 可用优惠券 2 张
    """)


async def test_without_a_yes_nothing_moves(mall: ShopUnderTest) -> None:
    for words in ("取消", "再想想", "积分"):
        await mall.hear("小李", "兑换 1")
        await mall.hear("小李", words)
        assert "兑换成功" not in (await mall.hear("小李", "确认"))[0]
    assert "可用积分：82" in (await mall.hear("小李", "积分"))[0]


async def test_what_cannot_be_had_is_said_before_anybody_says_yes(mall: ShopUnderTest) -> None:
    await load_kinds(mall.shop, CAKE, rewards=[REWARD | {"stock": 0}])
    await mall.plays("""
        小李> 兑换 2
        机器人> 积分不够：要用 100，现有 82，还差 18。
        小李> 兑换 9
        机器人> 没有这个礼品，请先回【兑换】看序号。
        小李> 兑换1
        机器人> 小蛋糕已兑完，或你已达到兑换上限。
        小李> 积分商城
        机器人> 可用积分：82
                1. 小蛋糕 80 积分（已兑完）
        小王> 兑换 1
        机器人> 还不是会员，回【入会】即可加入，只需一步。
    """)


async def test_another_price_meanwhile_is_asked_again(mall: ShopUnderTest) -> None:
    await mall.hear("小李", "兑换 1")
    await load_kinds(mall.shop, CAKE, rewards=[REWARD | {"points": 70}])
    await mall.plays("""
        小李> 确认
        机器人> 小蛋糕现在需要 70 积分。
                兑换后剩余积分：12
        小李> 确认
        机器人> 兑换成功：蛋糕券
                用去积分：70，可用积分：12
    """)


async def test_a_reward_that_went_or_became_too_dear_is_not_paid(mall: ShopUnderTest) -> None:
    await mall.hear("小李", "兑换 1")
    await load_kinds(mall.shop, CAKE, rewards=[REWARD | {"points": 90}])
    assert "还差 8" in (await mall.hear("小李", "确认"))[0]
    await load_kinds(mall.shop, CAKE, rewards=[REWARD])
    await mall.hear("小李", "兑换 1")
    await load_kinds(mall.shop, CAKE, rewards=[REWARD | {"tiers": ["gold"]}])
    assert (await mall.hear("小李", "确认"))[0].startswith("没有这个礼品")


async def test_an_empty_mall_says_so(mall: ShopUnderTest) -> None:
    rewards = [reward | {"tiers": ["gold"]} for reward in (REWARD, DEAR)]
    await load_kinds(mall.shop, CAKE, rewards=rewards)
    assert await mall.hear("小李", "兑换") == ["暂时没有可以兑换的礼品。"]


async def test_what_one_message_does_not_hold_is_counted_and_can_be_had(
    mall: ShopUnderTest,
) -> None:
    rewards = [
        {"code": f"r{n}", "name": "很大的" * 8, "points": n, "coupon": "cake"} for n in range(1, 41)
    ]
    await load_kinds(mall.shop, CAKE, rewards=[*rewards, *HIDDEN])
    [reply] = await mall.hear("小李", "兑换")
    balance, *lines, more, how = reply.splitlines()
    assert (balance, how) == ("可用积分：82", "回“兑换 序号”兑换。")
    shown = len(lines)
    assert lines == [f"{n}. {'很大的' * 8} {n} 积分" for n in range(1, shown + 1)]
    assert more == (
        f"还有 {40 - shown} 样列不下（序号 {shown + 1} 到 40），"
        f"回序号照样能看能换，如“兑换 {shown + 1}”。"
    )
    assert len(reply.encode()) <= LONGEST_TEXT_BYTES < len(reply.encode()) + 130
    assert "用 40 积分兑换" in (await mall.hear("小李", "兑换 40"))[0]
