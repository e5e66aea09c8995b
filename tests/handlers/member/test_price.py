"""算 128: what a member would pay, told before paying."""

from collections.abc import Callable

import pytest

from services.loading import load_shop
from storage import sql
from tests.handlers.member.test_words import NOT_A_MEMBER, UNKNOWN
from tests.shop import ShopUnderTest, full_width

TWENTY_OFF = {
    "code": "bag",
    "name": "满 140 减 20",
    "kind": "money_off",
    "amount_fen": 2000,
    "threshold_fen": 14_000,
}


async def test_an_amount_is_answered_with_the_best_there_is(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 算 128
        机器人> 应付 118.00 元
                原价 128.00 元
                用券“新人券”：-10.00 元
        老赵> 128
        机器人> 应付 128.00 元
                原价 128.00 元
        小李> 49.5
        机器人> 应付 49.50 元
                再买 0.50 元可用“新人券”，共付 40.00 元
    """)


@pytest.mark.parametrize(
    "words",
    ["算 128", "算128", "算一下 128元", "128.00", "128 块", "算" + full_width("128.0")],
)
async def test_an_amount_may_be_written_in_many_ways(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    assert (await shop_under_test.hear("小李", words))[0].startswith("应付 118.00 元")


async def test_a_price_takes_two_short_reads(
    shop_under_test: ShopUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(statement: str, plain: Callable[[str], str] = sql._for_database) -> str:
        read.append(statement)
        return plain(statement)

    with monkeypatch.context() as watched:
        watched.setattr(sql, "_for_database", noted)
        await shop_under_test.hear("小李", "帮助")
        others = len(read)
        await shop_under_test.hear("小李", "算 128")
    assert len(read) - 2 * others == 2


async def test_points_and_a_little_more_are_told_with_what_they_bring(
    shop_under_test: ShopUnderTest,
) -> None:
    await load_shop(
        shop_under_test.shop, {"promotions": [TWENTY_OFF], "points": {"offset_unit": 10}}
    )
    await shop_under_test.shop.rules.refresh()
    await shop_under_test.plays("""
        小李> 算 128
        机器人> 应付 117.20 元
                用券“新人券”：-10.00 元
                用 80 积分：-0.80 元
                不用积分：118.00 元
                再买 12.00 元可用“满 140 减 20”，共付 110.00 元
        小李> 算 140
        机器人> 应付 109.20 元
                满 140 减 20：-20.00 元
    """)


async def test_asking_for_a_price_changes_nothing(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", "算 128")
    before = await shop_under_test.holdings()
    await shop_under_test.hear("小李", "算 128")
    after = await shop_under_test.holdings()
    assert after == before


async def test_only_members_are_told_a_price(shop_under_test: ShopUnderTest) -> None:
    for words in ("算 128", "算"):
        assert (await shop_under_test.hear("路人", words))[0] == NOT_A_MEMBER
    assert (await shop_under_test.hear("路人", "128"))[0].startswith(UNKNOWN)


async def test_the_bare_word_tells_how_to_ask(shop_under_test: ShopUnderTest) -> None:
    assert "算 128" in (await shop_under_test.hear("小李", "算"))[0]


@pytest.mark.parametrize("words", ["123456", "算了", "算 一杯", "1.234", "-5"])
async def test_what_is_no_amount_is_not_understood(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    assert (await shop_under_test.hear("小李", words))[0].startswith(UNKNOWN)


async def test_an_amount_nobody_pays_is_refused_in_words(shop_under_test: ShopUnderTest) -> None:
    assert "0.01" in (await shop_under_test.hear("小李", "算 0"))[0]
    assert "12.50" in (await shop_under_test.hear("小李", "算 1.2.3"))[0]


async def test_a_number_that_a_question_awaits_is_its_answer(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小李", "填手机号")
    assert "应付" not in (await shop_under_test.hear("小李", "128"))[0]
