"""Reading a condition (读条件): 90天内在春熙路店消费>=500, and each part of it."""

import re
from datetime import date
from typing import NamedTuple

from loyalty.audiences.conditions import (
    LIMITS,
    LONGEST_SPAN_DAYS,
    SPAN,
    Condition,
    place_and_word,
)
from loyalty.audiences.lexing import Sort, Token
from loyalty.audiences.line import Line
from loyalty.audiences.unread import (
    AudienceUnread,
    BracketWanted,
    ChoiceWanted,
    DayWanted,
    EndedEarly,
    MoneyWanted,
    NameWanted,
    NumberWanted,
    OperatorWanted,
    PercentWanted,
    SpanOutOfPlace,
    SpanWanted,
    WordUnknown,
    near,
)
from loyalty.audiences.words import WORDS, Span, Takes, Word, word_named
from loyalty.money import YUAN

SPAN_BEHIND = re.compile(r"(加入|入会)([0-9]{1,4})天内")
UNITS = {Takes.MONEY: ("元",), Takes.PERCENT: ("%",)}
WANTED: dict[Takes, type[AudienceUnread]] = {
    Takes.MONEY: MoneyWanted,
    Takes.PERCENT: PercentWanted,
    Takes.DAY: DayWanted,
}


class Compared(NamedTuple):
    """What a word is compared with, and how."""

    operator: str = ""
    names: tuple[str, ...] = ()
    number: int | None = None
    day: date | None = None


def read_condition(line: Line) -> Condition:
    """The condition that the line goes on with. Raises a kind of AudienceUnread."""
    first = line.take()
    if first.sort is Sort.END:
        raise EndedEarly(word="", place=first.place, could=_nearest(""))
    if first.sort is not Sort.WORD:
        raise _unknown(first, first.text)
    if first.text.isdecimal() and line.next.text.startswith("天"):
        first = Token(Sort.WORD, first.text + line.take().text, first.place)
    days, rest = _days_and_rest(first)
    if days is not None and not rest:
        first = line.take()
        rest = first.text
    at, word = _place_and_word(line, first, rest)
    of = _in_brackets(line) if word.of and line.takes_mark("(") else ()
    _refuse_misplaced(first, word, days=days, at=at)
    found = _compared(line, word, days)
    if found.day is not None and days is not None:
        raise SpanOutOfPlace(word=word.name, place=first.place)
    return Condition(word.key, *found, days=days, at=at, of=of)


def _days_and_rest(first: Token) -> tuple[int | None, str]:
    if behind := SPAN_BEHIND.fullmatch(first.text):
        return _days(first, behind[2]), behind[1]
    ahead = SPAN.match(first.text)
    if ahead is None:
        return None, first.text
    return _days(first, ahead[1]), first.text[ahead.end() :]


def _days(first: Token, digits: str) -> int:
    days = int(digits)
    if not 1 <= days <= LONGEST_SPAN_DAYS:
        could = f"1-{LONGEST_SPAN_DAYS}"
        raise NumberWanted(word=first.text, place=first.place, could=could)
    return days


def _place_and_word(line: Line, first: Token, rest: str) -> tuple[tuple[str, ...], Word]:
    """The word, and the stores before it: 在春熙路店消费, 在(春熙路店,太古里店)消费."""
    if word := word_named(rest):
        return (), word
    if not rest.startswith("在"):
        raise _unknown(first, rest)
    if rest == "在":
        if line.takes_mark("("):
            return _in_brackets(line), _word_behind_place(line)
        rest += line.takes_name()
    names: list[str] = []
    piece = rest.removeprefix("在")
    while True:
        found = place_and_word(piece)
        if found and found[0]:
            return (*names, found[0]), found[1]
        names.append(piece)
        if not line.takes_mark(","):
            return tuple(names), _word_behind_place(line)
        piece = line.takes_name()


def _word_behind_place(line: Line) -> Word:
    token = line.take()
    word = word_named(token.text)
    if word is None or not word.at:
        could = "、".join(word.name for word in WORDS if word.at)
        raise WordUnknown(word=token.text, place=token.place, could=could)
    return word


def _in_brackets(line: Line) -> tuple[str, ...]:
    names = line.takes_names()
    if not line.takes_mark(")"):
        raise BracketWanted(word=line.next.text, place=line.next.place, could=")")
    return names


def _refuse_misplaced(first: Token, word: Word, *, days: int | None, at: tuple[str, ...]) -> None:
    if days is None and word.span is Span.MUST:
        raise SpanWanted(word=word.name, place=first.place)
    if (days is not None and word.span is Span.NEVER) or (at and not word.at):
        raise SpanOutOfPlace(word=word.name, place=first.place)


def _compared(line: Line, word: Word, days: int | None) -> Compared:
    token = line.next
    is_whole = word.bare and (word.key != "joined" or days is not None)
    if token.sort is not Sort.OPERATOR and is_whole:
        return Compared()
    if token.sort is not Sort.OPERATOR or token.text not in word.operators:
        could = "、".join(word.operators) or "且、或"
        raise OperatorWanted(word=token.text or word.name, place=token.place, could=could)
    operator = line.take().text
    match word.takes:
        case Takes.NAMES:
            return Compared(operator, names=_names(line, word, operator))
        case Takes.DAY:
            return Compared(operator, day=_day(line.take()))
        case _:
            return Compared(operator, number=_number(line.take(), word))


def _names(line: Line, word: Word, operator: str) -> tuple[str, ...]:
    token, names = line.next, line.takes_names()
    if word.ranked and operator not in ("=", "≠") and len(names) > 1:
        raise NameWanted(word=names[1], place=token.place)
    if word.choices and not all(map(word.meaning_of, names)):
        could = "、".join(name for name, _ in word.choices)
        raise ChoiceWanted(word=token.text, place=token.place, could=could)
    return names


def _day(token: Token) -> date:
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        raise DayWanted(word=token.text, place=token.place, could="2026-01-31") from None


def _number(token: Token, word: Word) -> int:
    lowest, highest = LIMITS[word.takes]
    digits = token.text
    for unit in UNITS.get(word.takes, (word.unit,)):
        digits = digits.removesuffix(unit)
    match = YUAN.fullmatch(digits)
    in_hundredths = word.takes in UNITS
    if match and (in_hundredths or match[2] is None):
        number = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
        number = number if in_hundredths else int(match[1])
        if lowest <= number <= highest:
            return number
    hundredth = 100 if in_hundredths else 1
    raise WANTED.get(word.takes, NumberWanted)(
        word=token.text, place=token.place, could=f"{lowest}-{highest // hundredth}"
    )


def _unknown(token: Token, word: str) -> WordUnknown:
    return WordUnknown(word=word, place=token.place, could=_nearest(word))


def _nearest(word: str) -> str:
    return near(word, [known.name for known in WORDS])
