"""关注问候: following, leaving, entering the chat, and what is no text at all."""

from dataclasses import replace

import pytest

from bot.pushes import (
    EnterChat,
    Follow,
    ImageMessage,
    LinkMessage,
    LocationMessage,
    LocationReport,
    PushBody,
    Unfollow,
    UnknownPush,
    VideoMessage,
    VoiceMessage,
)
from storage.models import Follower
from tests.cast import CAST
from tests.shop import ShopUnderTest


async def follows_now(name: str) -> bool:
    follower = await Follower.get(openid=CAST[name].openid)
    return follower.follows


async def test_a_follower_is_greeted_with_the_way_in(shop_under_test: ShopUnderTest) -> None:
    (greeting,) = await shop_under_test.follows("小王")
    assert greeting.splitlines()[0] == "欢迎关注山茶咖啡！"
    assert "【入会】成为会员" in greeting
    assert await shop_under_test.hear_again() == [greeting]
    assert await follows_now("小王")


async def test_a_member_who_comes_back_is_welcomed_as_one(shop_under_test: ShopUnderTest) -> None:
    assert await shop_under_test.leaves("小李") == []
    assert not await follows_now("小李")
    (greeting,) = await shop_under_test.follows("小李", "table-7")
    assert greeting.splitlines()[0] == "欢迎回来！"
    assert "可用积分：82" in (await shop_under_test.hear("小李", "积分"))[0]


async def test_a_follow_that_arrives_after_the_later_leaving_changes_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.leaves("小李")
    await shop_under_test.follows("小李", seconds_late=5)
    assert not await follows_now("小李")
    await shop_under_test.pass_time(seconds=1)
    await shop_under_test.follows("小李")
    assert await follows_now("小李")


async def test_a_leaving_that_arrives_after_the_later_follow_changes_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    leaving = shop.push("小李", Unfollow(), is_message=False)
    await shop.pass_time(seconds=3)
    await shop.receive(shop.push("小李", Follow(), is_message=False))
    await shop.receive(leaving)
    assert await follows_now("小李")


async def test_where_a_person_came_from_is_kept_from_the_first_follow(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.follows("小王", "table-7")
    assert (await Follower.get(openid=CAST["小王"].openid)).source == "table-7"


async def test_opening_the_chat_of_the_mini_program_greets(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    entering = shop.push("小程序的小王", EnterChat(""), is_message=False)
    (greeting,) = await shop.receive(entering)
    assert greeting.startswith("欢迎关注山茶咖啡！")


@pytest.mark.parametrize(
    "body",
    [
        VoiceMessage("m", "amr", "", ""),
        VideoMessage("m", "t", is_short=False),
        LocationMessage(30.65, 104.08, 15, "春熙路"),
        LinkMessage("", "", "http://x"),
    ],
    ids=lambda body: type(body).__name__,
)
async def test_voices_films_and_the_like_get_the_help(
    shop_under_test: ShopUnderTest, body: PushBody
) -> None:
    shop = shop_under_test
    for name in ("小王", "小李"):
        (reply,) = await shop.receive(shop.push(name, body))
        assert reply.startswith("没有听懂。可以发送：")


async def test_a_picture_does_not_answer_an_open_question(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", "填称呼")
    await shop.receive(shop.push("小李", ImageMessage("m", "http://x")))
    assert (await shop.hear("小李", "李小红"))[0].startswith("记下了：称呼 李*")


@pytest.mark.parametrize(
    "body",
    [LocationReport(1.0, 2.0, 3.0), UnknownPush("event", "tomorrow")],
    ids=lambda body: type(body).__name__,
)
async def test_what_merely_happened_is_answered_with_nothing(
    shop_under_test: ShopUnderTest, body: PushBody
) -> None:
    shop = shop_under_test
    await shop.hear("小李", "填称呼")
    happened = replace(shop.push("小李", body, is_message=False))
    assert await shop.receive(happened) == []
    assert (await shop.hear("小李", "李小红"))[0].startswith("记下了：称呼 李*")
