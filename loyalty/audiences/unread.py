"""Unread filters (读不懂的筛选): which word of a filter is meant, and what could stand there."""

from collections.abc import Iterable
from difflib import get_close_matches

from loyalty.refusals import Refusal

NEAR_MOST = 3
FIRST_SHOWN = 12


class AudienceUnread(Refusal):
    """`word` stands at the `place`-th letter; `could` is what may stand there."""

    wording = "audiences/unread"

    def __init__(self, *, word: str, place: int, could: str = "") -> None:
        super().__init__(word=word, place=place + 1, could=could)


class WordUnknown(AudienceUnread):
    wording = "audiences/word_unknown"


class OperatorWanted(AudienceUnread):
    wording = "audiences/operator_wanted"


class NameWanted(AudienceUnread):
    wording = "audiences/name_wanted"


class ChoiceWanted(AudienceUnread):
    wording = "audiences/choice_wanted"


class NumberWanted(AudienceUnread):
    wording = "audiences/number_wanted"


class MoneyWanted(AudienceUnread):
    wording = "audiences/money_wanted"


class DayWanted(AudienceUnread):
    wording = "audiences/day_wanted"


class PercentWanted(AudienceUnread):
    wording = "audiences/percent_wanted"


class SpanWanted(AudienceUnread):
    """The word needs `30天内` before it."""

    wording = "audiences/span_wanted"


class SpanOutOfPlace(AudienceUnread):
    """Days or a store stand before a word that has none."""

    wording = "audiences/span_out_of_place"


class BracketWanted(AudienceUnread):
    wording = "audiences/bracket_wanted"


class EndedEarly(AudienceUnread):
    wording = "audiences/ended_early"


class TooMuchAsked(Refusal):
    """More conditions, names or brackets in brackets than anybody means."""

    wording = "audiences/too_much"


class NameUnknown(Refusal):
    """No store, tier, saved audience … has this name; names what comes near."""

    wording = "audiences/name_unknown"

    def __init__(self, *, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(what=what, word=name, could=near(name, known))


class SegmentInItself(Refusal):
    """A saved audience that asks for itself, also by way of others."""

    wording = "audiences/segment_in_itself"


def near(text: str, known: Iterable[str]) -> str:
    """The nearest of the known words that are like it; else the first of them."""
    words = list(known)
    found = [
        word
        for word in get_close_matches(text, words, NEAR_MOST, cutoff=0)
        # One letter of many is no likeness: a region of five letters is no 成长值.
        if 3 * len(set(word) & set(text)) >= len(text)
    ]
    return "、".join(found or words[:FIRST_SHOWN])
