"""Help (帮助): every page of it fits one message, whatever the reader may do."""

import pytest

from bot.replies import LONGEST_TEXT_BYTES
from tests.shop import ShopUnderTest

HELP = {"help/words", "help/unknown", "help/staff"}
TOPICS = ("券", "服务", "资料", "员工")


@pytest.mark.parametrize("name", ["路人", "小李", "店员小陈", "老板"])
async def test_no_page_of_help_is_cut(shop_under_test: ShopUnderTest, name: str) -> None:
    shop = shop_under_test
    for words in ("帮助", "你说什么", *(f"帮助 {topic}" for topic in TOPICS)):
        await shop.hear(name, words)
    pages = [text for told, text in shop.wordings.said if told in HELP]
    assert len(pages) == 2 + len(TOPICS)
    assert max(len(page.encode()) for page in pages) <= LONGEST_TEXT_BYTES


async def test_each_topic_of_help_shows_other_words(shop_under_test: ShopUnderTest) -> None:
    pages = [(await shop_under_test.hear("老板", f"帮助 {topic}"))[0] for topic in TOPICS]
    assert len(set(pages)) == len(TOPICS)
    assert "退订" in pages[TOPICS.index("资料")]
