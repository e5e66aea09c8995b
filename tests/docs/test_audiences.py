"""The page of audiences (人群) has every word, and what stands behind it can be read."""

import re

from loyalty.audiences.reading import parse_filter
from loyalty.audiences.words import WORDS, Span, Takes, Word
from tests.docs.pages import text_of_page

PAGE = "docs/audiences.md"
LINE = re.compile(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|[^|]+\|$", re.MULTILINE)
WRITTEN = re.compile(r"`([^`\n]*[=≥><][^`\n]*|\d+天内[^`\n]+)`")


def told() -> dict[str, tuple[str, str]]:
    return {
        name: (behind.strip(), before.strip()) for name, behind, before in LINE.findall(words())
    }


def words() -> str:
    return text_of_page(PAGE).partition("## The words")[2].partition("\n## ")[0]


def before(word: Word) -> str:
    parts = [] if word.span is Span.NEVER else ["`N天内`"]
    return " ".join([*parts, "`在…`"] if word.at else parts)


def test_the_page_has_every_word_in_its_order() -> None:
    assert list(told()) == [word.name for word in WORDS]


def test_the_page_tells_what_stands_before_each_word() -> None:
    assert {name: found for name, (_, found) in told().items()} == {
        word.name: before(word) for word in WORDS
    }


def test_the_page_tells_every_choice() -> None:
    for word in WORDS:
        behind = told()[word.name][0]
        assert bool(behind) == (word.takes is not Takes.NOTHING), word.name
        if word.choices and len(word.choices) < 12:
            assert behind == " ".join(f"`{name}`" for name, _ in word.choices)


def test_every_filter_on_the_page_can_be_read() -> None:
    page = text_of_page(PAGE)
    [shown] = re.findall(r"```text\n(.*)\n```", page)
    found = [shown, *WRITTEN.findall(page)]
    filters = [text for text in found if not re.fullmatch(r"[=≠><! ]+|\W*N天内.*", text)]
    assert len(filters) > 8
    for text in filters:
        parse_filter(text)
