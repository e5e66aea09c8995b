"""合并、撤销合并: a summary first, then a second person; what came is told to the member."""

import pytest

from storage.sql import change, rows
from tests.handlers.staff.test_money import member_no, told_to
from tests.shop import ShopUnderTest


async def asked(shop: ShopUnderTest, words: str) -> str:
    (told,) = await shop.hear("店长", words)
    return told


async def test_two_numbers_become_one_after_a_second_person_said_yes(
    shop_under_test: ShopUnderTest,
) -> None:
    shop, kept, merged = shop_under_test, await member_no(1), await member_no(2)
    await shop.plays(f"""
        老板> 合并 {kept} {merged} 换了微信
        机器人> 合并会员：未填称呼 {merged} 并入 未填称呼 {kept}
                原因：换了微信
        老板> 确认 ※
        机器人> 这件事要由另一位店长或老板确认。
        店长> 确认 ※
        机器人> 已合并：{merged} 并入 {kept}
    """)
    assert any(
        f"把你的会员号 {merged} 并入了 {kept}" in text for text in await told_to(shop, "小李")
    )


async def test_both_accounts_show_the_one_membership(shop_under_test: ShopUnderTest) -> None:
    shop, kept, merged = shop_under_test, await member_no(1), await member_no(2)
    await asked(shop, f"合并 {kept} {merged} 换了微信")
    await shop.hear("老板", "确认 ※")
    for words in ("积分", "账单", "资料"):
        assert await shop.hear("老赵", words) == await shop.hear("小李", words)
    (why,) = await shop.hear("小李", "为什么 积分")
    assert f"会员合并：{merged} 并入 {kept} +" in why


async def test_who_looked_before_is_still_told_afterwards(shop_under_test: ShopUnderTest) -> None:
    shop, kept, merged = shop_under_test, await member_no(1), await member_no(2)
    await shop.hear("店员小陈", f"查会员 {merged}")
    await asked(shop, f"合并 {kept} {merged} 换了微信")
    await shop.hear("老板", "确认 ※")
    for number in (kept, merged):
        (told,) = await shop.hear("老板", f"谁看过 {number}")
        assert "（春熙路店）：查看会员" in told


async def test_they_are_parted_by_either_number(shop_under_test: ShopUnderTest) -> None:
    shop, kept, merged = shop_under_test, await member_no(1), await member_no(2)
    await asked(shop, f"合并 {kept} {merged} 换了微信")
    await shop.hear("老板", "确认 ※")
    for number in (kept, merged):
        assert "撤销合并" in await asked(shop, f"撤销合并 {number}")
    (told,) = await shop.hear("老板", "确认 ※")
    assert told.startswith(f"已撤销合并：{merged} 和 {kept}"), told
    assert await asked(shop, f"撤销合并 {kept}") == "这位会员没有可以撤销的合并。"


@pytest.mark.parametrize("name", ["店员小陈", "小王", "路人"])
async def test_to_all_others_it_is_no_word(shop_under_test: ShopUnderTest, name: str) -> None:
    shop = shop_under_test
    (told, *_) = await shop.hear(name, f"合并 {await member_no(1)} {await member_no(2)} 试试")
    assert "并入" not in told
    assert await rows("SELECT id FROM confirmations") == []


async def test_within_minutes_whoever_asked_takes_it_back_alone(
    shop_under_test: ShopUnderTest,
) -> None:
    shop, kept, merged = shop_under_test, await member_no(1), await member_no(2)
    await asked(shop, f"合并 {kept} {merged} 换了微信")
    await shop.hear("老板", "确认 ※")
    await shop.hear("店长", "撤销 弄错了")
    (told,) = await shop.hear("店长", "确认 ※")
    assert told.startswith("已撤销合并"), told
    assert (await shop.hear("小李", "积分"))[0].startswith("可用积分：82")
    assert any(f"还是 {merged}" in text for text in await told_to(shop, "小李"))


async def test_a_manager_finds_nobody_of_another_store(shop_under_test: ShopUnderTest) -> None:
    shop, kept, merged = shop_under_test, await member_no(1), await member_no(2)
    there = "(SELECT id FROM stores WHERE code = 'cd02')"
    await change("UPDATE purchases SET store_id = " + there)
    await change(f"UPDATE members SET home_store_id = {there} WHERE member_no = $1", merged)
    unknown = await asked(shop, f"合并 {kept} 99999999 换了微信")
    assert await asked(shop, f"合并 {kept} {merged} 换了微信") == unknown
    assert await asked(shop, f"撤销合并 {merged}") == unknown
