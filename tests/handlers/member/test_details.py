"""资料: a member's own data, masked, each line changed by itself or asked for and skipped."""

import pytest

from storage.models import Member
from tests.shop import ShopUnderTest, full_width

BAD_PHONE = "这不像手机号，请发送 11 位手机号，例如 13800138000。"
BAD_NAME = "称呼请控制在 1 到 20 个字。"
BAD_BIRTHDAY = "没看懂这个日期，请像这样发送：1990-01-31 或 农历1990-08-15。"
TOO_YOUNG = (
    "未满 14 周岁需要监护人同意，生日没有保存。请和监护人一起到店办理；"
    "写错了重新发送即可，不再做会员请回【注销】。"
)


async def test_data_is_shown_numbered_and_masked(shop_under_test: ShopUnderTest) -> None:
    for line in ("资料", "2 李小红", "1 13800138000"):
        await shop_under_test.hear("小李", line)
    (reply,) = await shop_under_test.hear("小李", "资料")
    assert reply.startswith("你的资料（会员号 8")
    assert "1. 手机号：138****8000\n2. 称呼：李*\n3. 生日：未填\n4. 性别：未填\n" in reply
    assert "5. 邮箱：未填\n6. 地址：未填\n7. 公司地址：未填\n8. 区县：未填\n9. 小区类型" in reply


async def test_a_line_is_changed_in_one_message(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 资料 2 李小红
        机器人> 记下了：称呼 李*
        小李> 资料 2
        机器人> 怎么称呼你…
        小李> 李大红
        机器人> 记下了：称呼 李*
        小李> 资料 2 删
        机器人> 好的，称呼已删除。
        小李> 资料 10 李小红
        机器人> 资料只有 1 到 9 项，回【资料】看看。
        路人> 资料 2 李小红
        机器人> 还不是会员，回【入会】即可加入，只需一步。
    """)


async def test_data_is_sealed_in_its_row(shop_under_test: ShopUnderTest) -> None:
    for line in ("资料", "1 13800138000", "2 李小红", "3 1990-01-31"):
        await shop_under_test.hear("小李", line)
    stored = str(await shop_under_test.holdings())
    for plain in ("13800138000", "李小红", "1990-01-31"):
        assert plain not in stored
        assert repr(plain.encode()).strip("b'") not in stored


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1 13800138000", "记下了：手机号 138****8000"),
        ("1 +86 138 0013 8000", "记下了：手机号 138****8000"),
        (f"1 {full_width('13800138000')}", "记下了：手机号 138****8000"),
        ("2 王小明", "记下了：称呼 王*"),
        ("2、王小明", "记下了：称呼 王*"),
        ("2. 王小明", "记下了：称呼 王*"),
        (" 2\n王小明 ", "记下了：称呼 王*"),
        ("2 \u202e王\u2066小明", "记下了：称呼 王*"),
        ("2 " + "王" * 20, "记下了：称呼 王*"),
        ("1 12345", BAD_PHONE),
        ("1 021-62345678", BAD_PHONE),
        ("1 王小明", BAD_PHONE),
        ("2 " + "王" * 21, BAD_NAME),
        ("2 \u202e\u2066", BAD_NAME),
        ("3 1990-02-30", BAD_BIRTHDAY),
        ("3 1990年1月31日", BAD_BIRTHDAY),
        ("3 2030-01-01", BAD_BIRTHDAY),
        ("3 农历1990-闰08-15", BAD_BIRTHDAY),
        ("3 2013-01-11", TOO_YOUNG),
        ("3 农历2015-08-15", TOO_YOUNG),
        ("4 女", "记下了：性别 女"),
        ("4 王小明", "请回“女”“男”或“其他”。"),
        ("5 wang@example.com", "记下了：邮箱 w***@example.com"),
        ("5 wang", "这不像邮箱，请像这样发送：wang@163.com"),
        ("6 成都市春熙路 1 号", "记下了：地址 成都市***"),
        ("7 高新区天府大道 9 号", "记下了：公司地址 高新区***"),
        ("8 锦江区", "记下了：区县 锦江区"),
        ("9 公寓", "记下了：小区类型 公寓"),
        ("9 王小明", "请回“商品房”“公寓”“别墅”“老小区”“单位宿舍”或“其他”。"),
        ("0 王小明", "没有听懂。可以发送："),
        ("12 王小明", "没有听懂。可以发送："),
        ("二 王小明", "没有听懂。可以发送："),
        ("王小明", "没有听懂。可以发送："),
    ],
)
async def test_a_line_is_changed_by_its_number(
    shop_under_test: ShopUnderTest, line: str, told: str
) -> None:
    await shop_under_test.hear("小李", "资料")
    (reply,) = await shop_under_test.hear("小李", line)
    assert reply.splitlines()[0] == told
    before = await shop_under_test.holdings()
    assert await shop_under_test.hear_again() == [reply]
    assert await shop_under_test.holdings() == before


@pytest.mark.parametrize(
    "written", ["2013-01-10", "1990-01-31", "农历1990-闰05-15", "01-31", "02-29", "农历08-15"]
)
async def test_birthdays_of_both_calendars_with_and_without_a_year(
    shop_under_test: ShopUnderTest, written: str
) -> None:
    await shop_under_test.hear("小李", "资料")
    (reply,) = await shop_under_test.hear("小李", f"3 {written}")
    assert reply.startswith("记下了：生日 ")


async def test_whoever_was_born_on_a_29_february_is_asked_when_to_keep_it(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小李", "资料")
    (reply,) = await shop_under_test.hear("小李", "3 1992-02-29")
    assert "【平年过2月28日】【平年过3月1日】" in reply
    (kept,) = await shop_under_test.hear("小李", "平年过3月1日")
    assert "3 月 1 日" in kept
    assert await shop_under_test.hear_again() == [kept]


@pytest.mark.parametrize("said", ["2 个人有位置吗", "1 杯拿铁多少钱"])
async def test_a_number_changes_a_line_only_right_after_the_data_was_shown(
    shop_under_test: ShopUnderTest, said: str
) -> None:
    for asked in ("资料", "积分"):
        await shop_under_test.hear("小李", asked)
    before = (await shop_under_test.holdings())["members"]
    assert (await shop_under_test.hear("小李", said))[0].startswith("没有听懂。")
    assert (await shop_under_test.holdings())["members"] == before


@pytest.mark.parametrize("line", ["\uff12 王小明", "2.王小明", "2\uff0e王小明"])
async def test_the_number_of_a_line_is_read_from_any_keyboard(
    shop_under_test: ShopUnderTest, line: str
) -> None:
    await shop_under_test.hear("小李", "资料")
    assert (await shop_under_test.hear("小李", line))[0].startswith("记下了：称呼 王*")


async def test_lines_of_who_is_no_member_are_unknown_words(shop_under_test: ShopUnderTest) -> None:
    (reply,) = await shop_under_test.hear("小王", "2 王小明")
    assert reply.startswith("没有听懂。")
    assert await Member.all().count() == 2


async def test_the_three_questions_one_after_the_other(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 填手机号
        机器人> 请发送手机号，例如 13800138000。不想填回【跳过】。
        小李> 12345
        机器人> 这不像手机号，…
        小李> 138 0013 8000
        机器人> 记下了：手机号 138****8000
                还可以补充：【填称呼】 · 【填生日】
        小李> 填称呼
        机器人> 怎么称呼你？直接发送即可。不想填回【跳过】。
        小李> 跳过
        机器人> 好的，先不填。
                还可以补充：【填生日】
        小李> 填生日
        机器人> 生日是哪天？例如 1990-01-31 或 农历1990-08-15，只发 01-31 也可以。不想填回【跳过】。
        小李> 昨天
        机器人> 没看懂这个日期，…
        小李> 农历1990-08-15
        机器人> 记下了：生日 …
                还可以补充：【填称呼】
        小李> 填称呼
        机器人> 怎么称呼你？…
        小李> 李小红
        机器人> 记下了：称呼 李*
                常用的都齐了，回【资料】可以查看和修改全部。
    """)


EVERY_QUESTION = (
    *("填手机号", "填称呼", "填生日", "填性别", "填邮箱"),
    *("填地址", "填公司地址", "填区县", "填小区类型"),
)


@pytest.mark.parametrize("asking", EVERY_QUESTION)
async def test_each_question_can_be_skipped_left_or_passed_over(
    shop_under_test: ShopUnderTest, asking: str
) -> None:
    before = (await shop_under_test.holdings())["members"]
    await shop_under_test.plays(f"""
        小李> {asking}
        机器人> 不想填回【跳过】。…
        小李> 跳过
        机器人> 好的，先不填。
        小李> 〃
        机器人> 好的，先不填。
        小李> {asking}
        机器人> 不想填回【跳过】。…
        小李> 取消
        机器人> 好的，已取消。…
        小李> {asking}
        机器人> 不想填回【跳过】。…
        小李> 积分
        机器人> 可用积分：82
        小李> 跳过
        机器人> 没有听懂。…
    """)
    assert (await shop_under_test.holdings())["members"] == before


async def test_a_birthday_nobody_can_have_is_asked_for_again(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 填生日
        机器人> 生日是哪天？…
        小李> 2030-01-01
        机器人> 没看懂这个日期，…
        小李> 〃
        机器人> 没看懂这个日期，…
        小李> 1990-01-31
        机器人> 记下了：生日 …
    """)


async def test_under_fourteen_nothing_is_stored_and_the_question_ends(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 填生日
        机器人> 生日是哪天？…
        小李> 2020-06-01
        机器人> 未满 14 周岁需要监护人同意，…
        小李> 资料
        机器人> 3. 生日：未填…
    """)


async def test_a_name_stays_text_wherever_it_is_shown(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", "资料")
    for name in ("{member_no}", "【会员码】", '<a href="x">奖</a>', "]]>"):
        (reply,) = await shop_under_test.hear("小李", f"2 {name}")
        assert reply.startswith(f"记下了：称呼 {name[0]}*\n"), name


async def test_a_line_is_emptied_by_its_number(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 资料
        机器人> 6. 地址：未填…
        小李> 6 成都市春熙路 1 号
        机器人> 记下了：地址 成都市***
        小李> 6 删
        机器人> 好的，地址已删除。
        小李> 〃
        机器人> 好的，地址已删除。
        小李> 2 删
        机器人> 好的，称呼已删除。
        小李> 资料
        机器人> 6. 地址：未填…
    """)


async def test_a_word_that_is_no_choice_is_asked_for_again(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 填性别
        机器人> 性别：回“女”“男”或“其他”。不想填回【跳过】。
        小李> 猫
        机器人> 请回“女”“男”或“其他”。
        小李> 女
        机器人> 记下了：性别 女
    """)
