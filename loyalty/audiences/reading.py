"""Reading a filter (读筛选): 区域=成都 且 等级>=金卡 且 90天内未消费."""

from collections.abc import Callable

from loyalty.audiences.condition_reading import read_condition
from loyalty.audiences.filters import (
    DEEPEST,
    MOST_CONDITIONS,
    Both,
    Either,
    Filter,
    Not,
    conditions_of,
    depth_of,
)
from loyalty.audiences.lexing import Sort, tokens_of
from loyalty.audiences.line import Line
from loyalty.audiences.unread import AudienceUnread, BracketWanted, TooMuchAsked

LONGEST_TEXT = 1000
MOST_BRACKETS = 40


def parse_filter(text: str) -> Filter:
    """Raises a kind of AudienceUnread, or TooMuchAsked; 且 binds more closely than 或."""
    too_much = TooMuchAsked(letters=LONGEST_TEXT, conditions=MOST_CONDITIONS, deep=DEEPEST)
    if len(text) > LONGEST_TEXT or text.count("(") + text.count("（") > MOST_BRACKETS:
        raise too_much
    line = Line(tokens_of(text))
    if sum(token.is_joint("非") for token in line.tokens) > MOST_BRACKETS:
        raise too_much
    found = _either(line)
    if line.next.is_mark(")"):
        raise BracketWanted(word=")", place=line.next.place, could="(")
    if line.next.sort is not Sort.END:
        raise AudienceUnread(word=line.next.text, place=line.next.place, could="且、或")
    if depth_of(found) > DEEPEST or len(list(conditions_of(found))) > MOST_CONDITIONS:
        raise too_much
    return found


def _either(line: Line) -> Filter:
    parts = _joined(line, "或", _both)
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _both(line: Line) -> Filter:
    parts = _joined(line, "且", _one)
    return parts[0] if len(parts) == 1 else Both(tuple(parts))


def _joined(line: Line, joint: str, read: Callable[[Line], Filter]) -> list[Filter]:
    parts = [read(line)]
    while line.takes_joint(joint):
        parts.append(read(line))
    return parts


def _one(line: Line) -> Filter:
    if line.takes_joint("非"):
        return Not(_one(line))
    if not line.next.is_mark("("):
        return read_condition(line)
    opened = line.take()
    found = _either(line)
    if not line.takes_mark(")"):
        raise BracketWanted(word=opened.text, place=opened.place, could=")")
    return found
