"""口令: what the words of a member answer, how they may be written, and what strangers hear."""

import pytest

from bot.pushes import MenuTap
from storage.sql import change
from tests.shop import ShopUnderTest, full_width

UNKNOWN = "没有听懂。可以发送："
NOT_A_MEMBER = "还不是会员，回【入会】即可加入，只需一步。"


async def test_points_bills_and_coupons_of_a_member(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 积分
        机器人> 可用积分：82
                2028-01-10 到期：82
        小李> 账单
        机器人> 最近的账目
                2027-01-10 消费 32.00 元（春熙路店） +32 积分
                2027-01-10 入会礼 +50 积分
        小李> 优惠券
        机器人> 可用优惠券 1 张
                1. 新人券 …
                有效至 2027-02-09…
        老赵> 我的优惠券
        机器人> 暂时没有可用的优惠券。
    """)


async def test_pending_points_stand_apart(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", await shop_under_test.offline_receipt(7, 4500))
    await shop_under_test.plays("""
        小李> 查积分
        机器人> 可用积分：82
                待到账：45（收银台上传或退货期满后到账）
    """)


async def test_points_past_their_last_day_are_gone_and_booked_out(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.pass_time(days=364)
    assert "可用积分：82" in (await shop_under_test.hear("小李", "积分"))[0]
    await shop_under_test.pass_time(days=1)
    await shop_under_test.plays("""
        小李> 积分
        机器人> 可用积分：0
                近期没有积分到期。
        小李> 明细
        机器人> 最近的账目
                2028-01-11 积分到期 -82 积分
    """)


async def test_stored_value_tells_principal_bonus_and_what_is_held(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 余额
        机器人> 可用余额：0.00 元
                本金：0.00 元
                赠送金：0.00 元
    """)
    member = "(SELECT id FROM members ORDER BY id DESC LIMIT 1)"
    for unit, balance, held in (("principal", 10000, 2550), ("bonus", 2005, 0)):
        await change(
            "INSERT INTO ledger_accounts (member_id, unit, name, balance, held)"
            f" VALUES ({member}, $1, 'member', $2, $3)",
            *(unit, balance, held),
        )
    await shop_under_test.plays("""
        小李> 我的余额
        机器人> 可用余额：94.55 元
                本金：74.50 元
                赠送金：20.05 元
                冻结中：25.50 元
    """)


async def test_the_member_code_comes_as_digits_and_then_as_a_picture(
    shop_under_test: ShopUnderTest,
) -> None:
    reply, picture = await shop_under_test.hear("小李", "会员码")
    digits = reply.splitlines()[0].removeprefix("会员码：")
    assert picture == f"（二维码）{digits}"
    assert f"http://shop.test/member-code/{digits}" in reply
    assert await shop_under_test.delivered() == [("小李", picture)]
    assert "90 秒内有效" not in reply
    shop_under_test.clock.pass_time(seconds=30)
    later, _ = await shop_under_test.hear("小李", "付款码")
    assert f"会员码：{digits}" in later
    assert "90 秒内有效" in later


async def test_a_used_member_code_is_followed_by_another_one(
    shop_under_test: ShopUnderTest,
) -> None:
    first, _ = await shop_under_test.hear("小李", "会员码")
    code = first.splitlines()[0].removeprefix("会员码：")
    answer = await shop_under_test.sell(1000, member_code=code)
    assert answer["points_balance"] == 92
    second, _ = await shop_under_test.hear("小李", "会员码")
    assert code not in second


async def test_a_member_code_delivered_again_queues_one_picture(
    shop_under_test: ShopUnderTest,
) -> None:
    first = await shop_under_test.hear("小李", "会员码")
    assert await shop_under_test.hear_again() == first
    assert len(await shop_under_test.delivered()) == 1


@pytest.mark.parametrize(
    "word", ["积分", "余额", "账单", "优惠券", "券", "会员码", "资料", "填生日"]
)
async def test_who_is_no_member_is_shown_the_way_in(
    shop_under_test: ShopUnderTest, word: str
) -> None:
    before = await shop_under_test.holdings()
    assert await shop_under_test.hear("小王", word) == [NOT_A_MEMBER]
    after = await shop_under_test.holdings()
    assert {name for name in after if after[name] != before[name]} == {"followers"}


@pytest.mark.parametrize(
    "written", [" 积分", "积分\n", "　积分　", "积\u200b分", "\ufeff积分", "\t积分"]
)
async def test_a_word_may_have_space_around_it_and_nothing_visible_inside(
    shop_under_test: ShopUnderTest, written: str
) -> None:
    assert (await shop_under_test.hear("小李", written))[0].startswith("可用积分：82")


@pytest.mark.parametrize(
    "written",
    ["积 分", "積分", "积兮", "查一下积分", "\u04bbelp", "h\u0435lp", "入㑹", "#", "0"],
)
async def test_what_only_looks_like_a_word_is_unknown(
    shop_under_test: ShopUnderTest, written: str
) -> None:
    (reply,) = await shop_under_test.hear("小李", written)
    assert reply.startswith(UNKNOWN)


@pytest.mark.parametrize("written", ["帮助", "菜单", "?", "？", "help", "HELP", full_width("Help")])
async def test_help_lists_the_words_shortest_first(
    shop_under_test: ShopUnderTest, written: str
) -> None:
    (reply,) = await shop_under_test.hear("小王", written)
    head, *lines = reply.splitlines()
    assert head == "可以发送："
    words = [line.partition("】")[0].removeprefix("【") for line in lines]
    assert {"入会", "积分", "余额", "账单", "会员码", "优惠券", "资料", "取消"} <= set(words)
    assert [len(word) for word in words] == sorted(len(word) for word in words)


async def test_cancel_tells_whether_there_was_anything(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小王> 取消
        机器人> 现在没有进行中的事。回【帮助】看看能做什么。
        小王> 〃
        机器人> 现在没有进行中的事。回【帮助】看看能做什么。
        小李> 填称呼
        机器人> 怎么称呼你？…
        小李> 取消
        机器人> 好的，已取消。回【帮助】看看还能做什么。
        小李> 〃
        机器人> 好的，已取消。回【帮助】看看还能做什么。
    """)


@pytest.mark.parametrize(("key", "begin"), [("积分", "可用积分：82"), ("nonsense", "没有听懂。")])
async def test_a_menu_tap_counts_as_its_word(
    shop_under_test: ShopUnderTest, key: str, begin: str
) -> None:
    push = shop_under_test.push("小李", MenuTap(key), is_message=False)
    assert (await shop_under_test.receive(push))[0].startswith(begin)


@pytest.mark.parametrize("written", ["积分?", "积分\uff1f", "积分。", "积分！"])
async def test_a_mark_behind_a_word_does_not_hide_it(
    shop_under_test: ShopUnderTest, written: str
) -> None:
    assert (await shop_under_test.hear("小李", written))[0].startswith("可用积分：82")


async def test_a_pasted_receipt_is_claimed_also_while_a_question_is_open(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小李", "填称呼")
    (claimed,) = await shop_under_test.hear("小李", await shop_under_test.receipt())
    assert claimed.startswith("积分到账：+32")
    (saved,) = await shop_under_test.hear("小李", "李小红")
    assert saved.startswith("记下了：称呼 李*")
