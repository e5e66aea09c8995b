"""话术: the shop's sentences, filled by plain replacement; what a member typed stays text."""

from pathlib import Path

import pytest

from bot.wording import WordingFault, Wordings, load_wordings


def test_facts_are_put_where_their_places_are() -> None:
    wordings = Wordings({"a/b": "{who} 有 {points} 分，{who}"})
    assert wordings.fill("a/b", {"who": "小李", "points": 82, "unused": 1}) == "小李 有 82 分，小李"
    assert wordings.places("a/b") == {"who", "points"}


@pytest.mark.parametrize(
    "typed", ["{points}", "{0}", "{who.__class__}", "%s", "\\1", "{{x}}", "【积分】"]
)
def test_what_a_member_typed_is_never_read_as_a_sentence(typed: str) -> None:
    wordings = Wordings({"a/b": "{who} {points}"})
    assert wordings.fill("a/b", {"who": typed, "points": 82}) == f"{typed} 82"


def test_a_word_in_brackets_becomes_a_link_that_sends_it() -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=积分&msgmenuid=积分">积分</a>'
    assert Wordings({"a/b": "回【积分】"}).fill("a/b", {}) == f"回{link}"
    assert Wordings({"a/b": "回【{word}】"}).fill("a/b", {"word": "积分"}) == f"回{link}"


def test_space_around_a_sentence_is_not_said() -> None:
    assert (
        Wordings({"a/b": "\n  积分：{points}\n{more}\n"}).fill("a/b", {"points": 1, "more": ""})
        == "积分：1"
    )


def test_a_sentence_that_is_missing_is_named() -> None:
    with pytest.raises(WordingFault, match="'a/c'"):
        Wordings({"a/b": "x"}).fill("a/c", {})


def test_a_fact_that_was_not_given_is_named_with_its_sentence() -> None:
    with pytest.raises(WordingFault, match="'a/b' wants the fact 'points'"):
        Wordings({"a/b": "{points}"}).fill("a/b", {"balance": 3})


def test_sentences_are_named_by_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "points.toml").write_text('balance = "积分 {points}"\n', encoding="utf-8")
    (tmp_path / "help.toml").write_text('words = "帮助"\n', encoding="utf-8")
    wordings = load_wordings(tmp_path)
    assert wordings.names() == ["help/words", "points/balance"]
    assert "points/balance" in wordings
    assert "points/words" not in wordings
