"""查重、不是同一人: managers and owners look through pairs; to all others they are no words."""

from pathlib import Path

import pytest

from loyalty.member_numbers import member_number
from tests.services.importing import LI, WANG, OldSystem, imported_ids, pairs
from tests.shop import ShopUnderTest


async def a_pair(shop: ShopUnderTest, folder: Path) -> tuple[str, str]:
    old = OldSystem(folder)
    old.writes(WANG, LI, ("A9", *WANG[1:]))
    await old.is_imported(shop.shop)
    wang, _, again = await imported_ids()
    return member_number(wang), member_number(again)


async def test_a_pair_is_merged_or_parted(shop_under_test: ShopUnderTest, tmp_path: Path) -> None:
    older, newer = await a_pair(shop_under_test, tmp_path)
    await shop_under_test.plays(f"""
        店长> 查重
        机器人> 可能是同一个人（第 1 页）：
                1. {older} 王*（春熙路店） 和 {newer} 王*（春熙路店），手机号都是 138****8000
        店长> 不是同一人 1
        机器人> 好的，{older} 和 {newer} 不是同一个人，不再提醒。
        店长> 〃
        机器人> 好的，{older} 和 {newer} 不是同一个人，不再提醒。
        店长> 查重
        机器人> 没有待核对的重复会员。
    """)


@pytest.mark.parametrize("name", ["店员小陈", "小李", "路人"])
async def test_to_all_others_they_are_no_words(
    shop_under_test: ShopUnderTest, tmp_path: Path, name: str
) -> None:
    await a_pair(shop_under_test, tmp_path)
    for words in ("查重", "不是同一人 1"):
        (told, *_) = await shop_under_test.hear(name, words)
        assert "138****8000" not in told
    assert [line["state"] for line in await pairs()] == ["open"]


@pytest.mark.parametrize("words", ["不是同一人 0", "不是同一人 x", "不是同一人 99"])
async def test_a_number_that_no_pair_has_says_so(
    shop_under_test: ShopUnderTest, tmp_path: Path, words: str
) -> None:
    await a_pair(shop_under_test, tmp_path)
    await shop_under_test.plays(f"""
        店长> {words}
        机器人> 没有这一对，或已经处理过。…
    """)
