"""权限范围 in chat: no word of a store finds, counts or reaches a member of another store."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from loyalty.member_numbers import member_number
from services.org.home_stores import settle_home_stores
from storage.sql import rows
from tests.cast import CAST
from tests.handlers.staff.refusing import everything
from tests.shop import ShopUnderTest, new_till

NOBODYS = member_number(99)
# What may stand behind the first number of a word.
FORMS = ("{no}", "{no} 10", "{no} 10 原因", "{no} 原因", "{no} 积分 10", "{no} {own} 原因")


@pytest.fixture
async def other(shop_under_test: ShopUnderTest) -> str:
    """The number of 小王, who buys in 宽窄巷子店 (cd02) only."""
    shop = shop_under_test
    for words in ("入会", "同意", "填称呼", "王小明"):
        await shop.hear("小王", words)
    shop.till = replace(await new_till(shop.shop, "cd02-1"), store_id=2)
    await shop.hear("小王", await shop.receipt())
    await settle_home_stores(shop.shop)
    return await number_of("小王")


async def number_of(name: str) -> str:
    (found,) = await rows(
        "SELECT m.member_no FROM members m JOIN followers f ON f.member_id = m.id"
        " WHERE f.openid = $1",
        CAST[name].openid,
    )
    return str(found["member_no"])


def words_about(shop: ShopUnderTest, number: str, own: str) -> Iterator[str]:
    """Every staff word there is, with this number where a member's may stand."""
    for word in sorted(shop.dispatcher.table.staff_words):
        for form in FORMS:
            yield f"{word} {form.format(no=number, own=own)}"


def bare(said: list[str], number: str) -> list[str]:
    """Without what differs from message to message anyway: codes, and the number itself."""
    return [re.sub(r"\b[2-9A-Z]{6}\b", "#", text.replace(number, "#")) for text in said]


@pytest.mark.parametrize("name", ["店员小陈", "店长"])
async def test_no_word_tells_another_stores_member_from_nobody(
    shop_under_test: ShopUnderTest, other: str, name: str
) -> None:
    shop, own = shop_under_test, await number_of("小李")
    heard = [text for told, text in await shop.delivered() if told == "小王"]
    for theirs, nobodys in zip(
        words_about(shop, other, own), words_about(shop, NOBODYS, own), strict=True
    ):
        said = await shop.hear(name, theirs)
        assert bare(said, other) == bare(await shop.hear(name, nobodys), NOBODYS), theirs
        assert "王*" not in "".join(said), theirs
        await shop.hear(name, "取消")
    assert [text for told, text in await shop.delivered() if told == "小王"] == heard


@pytest.mark.parametrize(
    "words", ["查会员 {no}", "补积分 {no} 10 漏积", "退卡 {no}", "退充值 {no}"]
)
async def test_what_is_out_of_reach_writes_nothing_but_the_trail(
    shop_under_test: ShopUnderTest, other: str, words: str
) -> None:
    shop = shop_under_test
    await shop.hear("店长", f"查会员 {NOBODYS}")
    before, told = await everything(shop), await shop.delivered()
    (said,) = await shop.hear("店长", words.format(no=other))
    assert said == "没有这个会员，请核对会员号，或请会员出示会员码。"
    assert await everything(shop) == before
    assert await shop.delivered() == told
    (line,) = [line for line in await shop.trail() if line["what"] == "refused.reach"]
    assert line["member_id"] is not None


async def test_a_member_who_shows_the_code_is_served_everywhere(
    shop_under_test: ShopUnderTest, other: str
) -> None:
    shown = (await shop_under_test.hear("小王", "会员码"))[0].splitlines()[0]
    code = shown.removeprefix("会员码：")
    (told,) = await shop_under_test.hear("店员小陈", f"查会员 {code}")
    assert told.splitlines()[0] == f"王* {other}"


async def test_the_owner_finds_members_of_every_store(
    shop_under_test: ShopUnderTest, other: str
) -> None:
    (told,) = await shop_under_test.hear("老板", f"查会员 {other}")
    assert told.splitlines()[0] == f"王* {other}"


async def test_other_stores_do_not_read_what_an_owner_asks_about_a_member(
    shop_under_test: ShopUnderTest, other: str
) -> None:
    shop = shop_under_test
    before = len(await shop.delivered())
    await shop.hear("老板", f"补积分 {other} 5000 补偿")
    assert [name for name, _ in (await shop.delivered())[before:]] == []
    await shop.plays("""
        店长> 确认 ※
        机器人> 这件事你不能确认。
    """)


async def test_what_an_owner_asks_about_a_member_of_the_store_its_manager_confirms(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("老板", f"补积分 {await number_of('小李')} 5000 补偿")
    assert (await shop.delivered())[-1][0] == "店长"
    await shop.plays("""
        店长> 确认 ※
        机器人> 积分已调整 +5000，会员现有 5082 积分。
    """)
