"""Contents of group sends (群发内容): what can be typed, and how each kind can leave."""

import pytest

from loyalty.broadcast_contents import (
    ArticleUnread,
    ContentTooLong,
    MiniCardUnread,
    NoContent,
    PlaceUnknown,
    channels_for,
    filled,
    picture_content,
    places_in,
    read_content,
)
from loyalty.messages import Channel
from loyalty.refusals import Refusal

LINK = "https://example.org/a"
ONE_CALL = frozenset({Channel.SERVICE, Channel.MASS})
EACH = frozenset({Channel.SERVICE})


def test_a_text_stays_as_it_was_written() -> None:
    assert read_content(" 第一行\n第二行 ") == {"kind": "text", "value": "第一行\n第二行"}


def test_braces_of_a_chinese_keyboard_are_braces() -> None:
    content = read_content("\uff5b称呼\uff5d你好")
    assert places_in(content) == ["称呼"]
    assert filled(content, {"称呼": "王"})["value"] == "王你好"


def test_an_article_has_title_words_and_links() -> None:
    whole = {"kind": "article", "title": "新品", "description": "上市", "url": LINK}
    assert read_content(f"图文 新品|上市|{LINK}|{LINK}.png") == {
        **whole,
        "picture_url": f"{LINK}.png",
    }
    assert read_content(f"图文 新品\uff5c上市\uff5c{LINK}") == {**whole, "picture_url": ""}


def test_a_card_of_a_mini_program_has_title_and_path() -> None:
    assert read_content("小程序 点单|pages/order") == {
        "kind": "mini_card",
        "title": "点单",
        "path": "pages/order",
    }


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("  ", NoContent),
        ("字" * 601, ContentTooLong),
        ("{姓名}你好", PlaceUnknown),
        ("{}", PlaceUnknown),
        (f"图文 新品|{{姓名}}|{LINK}", PlaceUnknown),
        ("图文 新品|上市", ArticleUnread),
        ("图文 新品|上市|example.org", ArticleUnread),
        ("图文 新品|上市|javascript:alert(1)", ArticleUnread),
        (f"图文 新品||{LINK}", ArticleUnread),
        (f"图文 {'字' * 61}|上市|{LINK}", ContentTooLong),
        ("小程序 点单", MiniCardUnread),
        ("小程序 |pages/order", MiniCardUnread),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_own_words(
    text: str, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        read_content(text)


def test_a_refused_place_is_told_with_those_there_are() -> None:
    with pytest.raises(PlaceUnknown) as refused:
        read_content("{姓名}")
    assert refused.value.facts == {"place": "姓名", "known": "{称呼} {积分} {等级} {余额} {门店}"}


def test_what_is_the_same_for_everybody_can_leave_in_one_call() -> None:
    assert channels_for(read_content("大家好")) == ONE_CALL
    assert channels_for(picture_content("main", "media")) == ONE_CALL
    for text in ("{称呼}好", f"图文 新品|上市|{LINK}", "小程序 点单|pages/order"):
        assert channels_for(read_content(text)) == EACH, text


def test_what_a_member_typed_as_a_name_stays_text() -> None:
    content = read_content("{称呼}好")
    assert filled(content, {"称呼": "{积分}"})["value"] == "{积分}好"
