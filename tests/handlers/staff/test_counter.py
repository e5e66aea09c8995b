"""柜台: the whole conversation, and everything that must not get through it."""

import pytest

from storage.models import Coupon, Purchase
from storage.sql import rows
from tests.handlers.staff.refusing import everything
from tests.shop import ShopUnderTest, full_width


async def coupon_code_of(shop: ShopUnderTest, name: str = "小李") -> str:
    for line in (await shop.hear(name, "优惠券"))[0].splitlines():
        if "新人券" in line:
            return next(word for word in line.split() if len(word) == 12 and word.isalnum())
    raise AssertionError("no coupon")


async def test_a_coupon_is_redeemed_after_its_summary_was_confirmed(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    code = await coupon_code_of(shop)
    await shop.plays(f"""
        店员小陈> 核销 {code}
        机器人> 核销：新人券（{code}）…
                会员：未填称呼 8…
                门店：春熙路店
                确认请在 60 秒内回复：
                确认 …
        店员小陈> 确认 ※
        机器人> 已核销：新人券（{code}），春熙路店。
        店员小陈> 〃
        机器人> 已核销：新人券（{code}），春熙路店。
        店员小陈> 确认 ※
        机器人> 已核销：新人券（{code}），春熙路店。
        店员小陈> 核销 {code}
        机器人> 新人券已经用过
    """)
    assert [row.uses_left for row in await Coupon.filter(code=code)] == [0]
    (told,) = [text for name, text in await shop.delivered() if name == "小李"]
    assert told.startswith(f"你的券“新人券”（{code}）已在春熙路店核销。")


async def test_a_code_forwarded_to_somebody_else_does_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    code = await coupon_code_of(shop_under_test)
    await shop_under_test.plays(f"""
        店员小陈> 核销 {code}
        机器人> 核销：…
        小李> 确认 ※
        机器人> 没有听懂。可以发送：
        店长> 确认 ※
        机器人> 没有等着这个确认码的事，可能已过期，请重新发起。
        店员小陈> 确认 ※
        机器人> 已核销：…
    """)


async def test_a_minute_later_the_code_is_gone(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        店员小陈> 小票 128
        机器人> 小票：128.00 元
    """)
    await shop_under_test.pass_time(seconds=61)
    await shop_under_test.plays("""
        店员小陈> 确认 ※
        机器人> 没有等着这个确认码的事，可能已过期，请重新发起。
    """)
    assert await rows("SELECT 1 AS one FROM staff_actions") == []


async def test_cancelling_ends_what_was_asked_and_then_is_everybodys_word(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        店员小陈> 小票 128
        机器人> 小票：128.00 元
        店员小陈> 取消
        机器人> 好的，没有办。
        店员小陈> 确认 ※
        机器人> 没有等着这个确认码的事，可能已过期，请重新发起。
        店员小陈> 取消
        机器人> 现在没有进行中的事。…
    """)


async def test_a_receipt_is_claimed_from_the_screen_once_and_soon(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", "小票 128")
    told, picture = await shop.hear("店员小陈", "确认 ※")
    assert told.splitlines()[0] == "小票 128.00 元已登记（春熙路店），可领 128 积分。"
    link = picture.removeprefix("（二维码）")
    assert link in told
    await shop.plays(f"""
        小李> {link}
        机器人> 积分到账：+128
                可用积分：210
        老赵> {link}
        机器人> 这张小票的积分已被领取。…
    """)
    assert await Purchase.filter(receipt_no__startswith="chat-").count() == 1


async def test_a_receipt_nobody_scanned_within_five_minutes_is_nobodys(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("店员小陈", "小票 128")
    link = (await shop.hear("店员小陈", "确认 ※"))[1].removeprefix("（二维码）")
    await shop.pass_time(minutes=5, seconds=1)
    assert "无法积分" in (await shop.hear("小李", link))[0]


async def test_an_owner_names_the_store_and_a_clerk_has_one(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        老板> 小票 10
        机器人> 请在后面写上门店编号，例如 cd01。
        老板> 小票 10 CQ02
        机器人> 小票：10.00 元
                门店：观音桥店
        老板> 小票 10 xx99
        机器人> 没有编号为 xx99 的门店。
        店员小陈> 小票 10 cd02
        机器人> 你只能办理春熙路店的事。
        店员小陈> 小票 10 cd01
        机器人> 小票：10.00 元
    """)


@pytest.mark.parametrize(
    "amount", ["-5", "0", "1e3", "1,000", "1.234", "\uff10", "5000.01", "十", "+5", "0x10", "NaN"]
)
async def test_an_amount_that_is_none_is_refused_with_an_example(
    shop_under_test: ShopUnderTest, amount: str
) -> None:
    (refused,) = await shop_under_test.hear("店员小陈", f"小票 {amount}")
    assert any(example in refused for example in ("12.50", "0.01"))
    assert await rows("SELECT 1 AS one FROM confirmations") == []


async def test_full_width_amounts_and_spaces_are_read(shop_under_test: ShopUnderTest) -> None:
    (told,) = await shop_under_test.hear("店员小陈", f"小票\u3000{full_width('128.5')}")
    assert told.splitlines()[0] == "小票：128.50 元"


@pytest.mark.parametrize(
    "text",
    [
        "请帮我核销 ABCDEFGHJKLM",
        "小票 12\n小票 13",
        "小票 12\n确认 AB2CD3",
        "小票12",
        "取消 小票 12",
    ],
)
async def test_a_command_inside_a_longer_text_is_none(
    shop_under_test: ShopUnderTest, text: str
) -> None:
    unknown = await shop_under_test.hear("店员小陈", "你说什么")
    assert await shop_under_test.hear("店员小陈", text) == unknown
    assert await rows("SELECT 1 AS one FROM confirmations") == []


@pytest.mark.parametrize("text", ["小票 12 小票 13", "核销", "确认", "查会员 1 2"])
async def test_the_wrong_number_of_arguments_gets_an_example(
    shop_under_test: ShopUnderTest, text: str
) -> None:
    (told,) = await shop_under_test.hear("店员小陈", text)
    assert told.startswith("请发送：")
    assert await rows("SELECT 1 AS one FROM confirmations") == []


async def test_a_member_is_seen_masked_by_number_or_code(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", "填称呼")
    await shop.hear("小李", "李小明")
    shown = (await shop.hear("小李", "会员码"))[0]
    code = shown.splitlines()[0].removeprefix("会员码：")
    (number,) = await rows("SELECT member_no FROM members ORDER BY id DESC LIMIT 1")
    before = await everything(shop)
    by_code = await shop.hear("店员小陈", f"查会员 {code}")
    assert by_code == await shop.hear("店员小陈", f"查会员 {number['member_no']}")
    assert await everything(shop) == before
    lines = by_code[0].splitlines()
    assert lines[0] == f"李* {number['member_no']}"
    assert {"等级：普通会员", "积分：82", "可用余额：0.00 元", "可用优惠券：1 张"} <= set(lines)
    assert lines[-1] == "最近消费：2027-01-10"
    assert "小明" not in by_code[0]


@pytest.mark.parametrize("text", ["80000012", "1", "小李", "661234567890123456"])
async def test_nobody_is_found_by_a_number_nobody_has(
    shop_under_test: ShopUnderTest, text: str
) -> None:
    (told,) = await shop_under_test.hear("店员小陈", f"查会员 {text}")
    assert told.startswith(("没有这个会员", "会员码不对"))


async def test_each_message_delivered_again_answers_the_same_and_changes_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    code = await coupon_code_of(shop)
    words = (
        *("小票 12", "确认 AAAAAA", "确认 ※", f"核销 {code}", "确认 ※", "撤销", "确认 ※"),
        *("小票 13", "取消", "小票", "小票 0", "撤销", "帮助"),
    )
    for word in words:
        first = await shop.hear("店员小陈", word)
        before = await shop.holdings()
        assert await shop.hear_again() == first, word
        assert await shop.holdings() == before, word


async def test_who_guesses_codes_hears_the_same_of_every_code_after_a_while(
    shop_under_test: ShopUnderTest,
) -> None:
    code = await coupon_code_of(shop_under_test)
    for _ in range(5):
        [wrong] = await shop_under_test.hear("店员小陈", "核销 AAAAAAAAAAAA")
    assert await shop_under_test.hear("店员小陈", f"核销 {code}") == [wrong]
    assert (await shop_under_test.hear("店长", f"核销 {code}"))[0].startswith("核销：")


async def receipt_of(shop: ShopUnderTest, yuan: int) -> list[str]:
    """What the clerk reads after confirming a receipt of so much."""
    await shop.plays(f"""
        店员小陈> 小票 {yuan}
        机器人> 小票：…
    """)
    return await shop.hear("店员小陈", "确认 ※")


async def test_staff_get_no_points_for_receipts_of_their_own_counter(
    shop_under_test: ShopUnderTest,
) -> None:
    _, picture = await receipt_of(shop_under_test, 128)
    link = picture.removeprefix("（二维码）")
    [refused] = await shop_under_test.hear("店员小陈", link)
    assert refused.startswith("这张小票无法积分")
    [claimed] = await shop_under_test.hear("小李", link)
    assert claimed.startswith("积分到账：+128")


async def test_receipts_of_a_day_stay_within_reason(shop_under_test: ShopUnderTest) -> None:
    for _ in range(4):
        assert "已登记" in (await receipt_of(shop_under_test, 5000))[0]
    told = await receipt_of(shop_under_test, 1)
    assert told == ["你今天开的小票已到 20000.00 元，请店长在收银台登记。"]
