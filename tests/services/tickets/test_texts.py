"""Texts of tickets (工单文字): paged to fit a message, read in order, and never a link."""

from hypothesis import given
from hypothesis import strategies as some

from services.tickets.texts import pages_of, shown_text


@given(some.lists(some.text("字a😀 ", max_size=900), max_size=12))
def test_pages_hold_every_line_once_and_in_order(lines: list[str]) -> None:
    pages = pages_of(lines, page_bytes=400)
    assert all(sum(len(line.encode()) + 1 for line in page) <= 401 for page in pages)
    oldest_first = [line for page in reversed(pages) for line in page]
    assert "".join(oldest_first) == "".join(reversed(lines))


def test_what_somebody_wrote_holds_no_mark_up() -> None:
    assert not set("<>") & set(shown_text('<a href="x">確認</a>'))
