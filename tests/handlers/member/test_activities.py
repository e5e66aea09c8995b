"""活动: what is on, a seat or a place in the queue, and being there, in the words people send."""

import re

import pytest

from bot.replies import LONGEST_TEXT_BYTES
from services.activities.tasks import run_activity_tasks
from tests.handlers.activities_tour import an_activity, many_activities
from tests.outbox import notices
from tests.shop import ShopUnderTest


@pytest.fixture
async def number(shop_under_test: ShopUnderTest) -> int:
    """One seat, tomorrow at ten; the demo's are out of the way."""
    return await an_activity(shop_under_test, "scene", hours=24, seats=1, points=20)


async def test_the_second_waits_and_moves_up(shop_under_test: ShopUnderTest, number: int) -> None:
    await shop_under_test.plays(f"""
        小李> 活动
        机器人> 现在可以参加的活动：
                【活动 {number}】品鉴会 2027-01-12 10:00 二楼（还剩 1 个名额）
        小李> 报名 {number}
        机器人> 报名成功：品鉴会
        小李> 〃
        机器人> 报名成功：品鉴会
        老赵> 报名{number}
        机器人> 品鉴会名额已满，你排在候补第 1 位。
        老赵> 报名 {number}
        机器人> 品鉴会名额已满，你排在候补第 1 位。
        小李> 取消报名 {number}
        机器人> 已取消品鉴会的报名，…
        老赵> 我的活动
        机器人> 你报名的活动：
                【活动 {number}】品鉴会 2027-01-12 10:00 二楼（已报名）
    """)
    assert len(await notices("activities/moved_up")) == 1


async def test_coming_shows_in_the_bill(shop_under_test: ShopUnderTest, number: int) -> None:
    shop = shop_under_test
    await shop.hear("小李", f"报名 {number}")
    await shop.pass_time(hours=24)
    _, picture = await shop.hear("店员小陈", f"签到码 {number}")
    code = picture.removeprefix("（二维码）checkin_")
    await shop.plays(f"""
        小李> 签到 {code}
        机器人> 签到成功：品鉴会。送你 20 积分，玩得开心！
        小李> 〃
        机器人> 签到成功：品鉴会。送你 20 积分，玩得开心！
        小李> 签到{code}
        机器人> 你已经签到过品鉴会了。
        小李> 积分
        机器人> 可用积分：102
        小李> 账单
        机器人> 参加品鉴会…
        小李> 为什么 积分
        机器人> 参加品鉴会 +20 积分…
    """)


async def test_the_picture_at_the_door_checks_in(
    shop_under_test: ShopUnderTest, number: int
) -> None:
    shop = shop_under_test
    await shop.hear("小李", f"报名 {number}")
    await shop.pass_time(hours=24)
    _, picture = await shop.hear("店员小陈", f"签到码 {number}")
    said = await shop.scan("小李", picture.removeprefix("（二维码）"))
    assert said == ["签到成功：品鉴会。送你 20 积分，玩得开心！"]


async def test_one_tap_scores_and_one_says_whether_to_come_again(
    shop_under_test: ShopUnderTest, number: int
) -> None:
    shop = shop_under_test
    await shop.pass_time(hours=24)
    _, picture = await shop.hear("店员小陈", f"签到码 {number}")
    await shop.scan("小李", picture.removeprefix("（二维码）"))
    await shop.pass_time(hours=4)
    await run_activity_tasks(shop.shop)
    assert len(await notices("activities/survey")) == 1
    await shop.plays(f"""
        小李> 评活动 {number} 5
        机器人> 谢谢你的评分！…
        小李> 还会来
        机器人> 谢谢，你的话我们记下了。
        老板> 活动成绩 {number}
        机器人> 评分 5.0（1 人），1 人里 1 人还会来…
    """)


async def test_calling_off_takes_a_code_and_the_right(
    shop_under_test: ShopUnderTest, number: int
) -> None:
    await shop_under_test.plays(f"""
        小李> 报名 {number}
        机器人> 报名成功：品鉴会
        店员小陈> 取消活动 {number} 停电
        机器人> 没有听懂。可以发送：
        老板> 取消活动 {number} 停电
        机器人> 取消活动 {number}：品鉴会
                报名和候补共 1 人，都会收到通知
        老板> 确认 ※
        机器人> 已取消品鉴会，正在通知报了名的人。
        老赵> 报名 {number}
        机器人> 品鉴会已经取消。
        小李> 我的活动
        机器人> （已取消）…
    """)


@pytest.mark.parametrize("words", ["活动", "活动日历"])
async def test_what_does_not_fit_is_counted_and_nothing_is_cut(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    await many_activities(shop_under_test, 30)
    [said] = await shop_under_test.hear("小李", words)
    shown = [line for line in said.splitlines() if line.endswith("）")]
    left = re.search(r"\n还有 (\d+) 个列不下，", said)
    assert left is not None
    # With those of the demo.
    assert len(shown) + int(left[1]) == 32
    assert len(said.encode()) <= LONGEST_TEXT_BYTES


async def test_a_stranger_is_shown_the_way_in(shop_under_test: ShopUnderTest, number: int) -> None:
    await shop_under_test.plays(f"""
        小王> 活动
        机器人> 还不是会员，回【入会】即可加入，只需一步。
        小王> 报名 {number}
        机器人> 还不是会员，回【入会】即可加入，只需一步。
    """)


async def test_a_word_without_its_number_shows_what_there_is(
    shop_under_test: ShopUnderTest, number: int
) -> None:
    [told] = await shop_under_test.hear("小李", "报名")
    assert f"【活动 {number}】" in told
    await shop_under_test.hear("小李", f"报名 {number}")
    [told] = await shop_under_test.hear("小李", "取消报名")
    assert told.startswith("你报名的活动：")


async def test_digits_that_are_no_code_are_told_so(shop_under_test: ShopUnderTest) -> None:
    [told] = await shop_under_test.hear("小李", "签到 123456")
    assert told.startswith("签到码不对或已过期")
