"""Names in a filter (名称): what stands in the shop's lists, and saved audiences put in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loyalty.audiences.conditions import Condition, is_plain
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
from loyalty.audiences.unread import NameUnknown, SegmentInItself, TooMuchAsked
from loyalty.audiences.words import word_named

Known = int | str
LONGEST_SEGMENT = 32


@dataclass(frozen=True, slots=True)
class Names:
    """`lists`: by `Word.known_as`, each name and code to what the database calls it.

    What shares a name is meant together. Tiers stand from the lowest rung up.
    """

    lists: Mapping[str, Mapping[str, tuple[Known, ...]]] = field(default_factory=dict)

    def found(self, known_as: str, names: tuple[str, ...]) -> list[Known]:
        """What these names stand for; the beginning of one name alone is enough (金卡).

        Raises NameUnknown.
        """
        known = self.lists.get(known_as, {})
        return [one for name in names for one in _meant(known_as, name, known)]

    def rungs(self) -> list[Known]:
        known = self.lists.get("tiers", {}).values()
        return list(dict.fromkeys(rung for meant in known for rung in meant))

    def check(self, wanted: Filter) -> None:
        """Raises NameUnknown for the first name that nothing has."""
        for condition in conditions_of(wanted):
            if condition.kind.known_as:
                self.found(condition.kind.known_as, condition.names)
            self.found("stores", condition.at)


def _meant(known_as: str, name: str, known: Mapping[str, tuple[Known, ...]]) -> tuple[Known, ...]:
    folded = {one.casefold(): value for one, value in known.items()}
    if name.casefold() in folded:
        return folded[name.casefold()]
    # A number is no beginning of another one.
    words = {one: value for one, value in folded.items() if not one.isdecimal()}
    begun = {value for one, value in words.items() if one.startswith(name.casefold())}
    if len(begun) != 1:
        raise NameUnknown(what=known_as, name=name, known=known)
    return begun.pop()


def in_place(wanted: Filter, segments: Mapping[str, Filter]) -> Filter:
    """The filter with every saved audience as what it asks for now.

    Raises NameUnknown, SegmentInItself, TooMuchAsked.
    """
    folded = {name.casefold(): found for name, found in segments.items()}
    whole = _in_place(wanted, folded, ())
    if depth_of(whole) > DEEPEST or len(list(conditions_of(whole))) > MOST_CONDITIONS:
        raise TooMuchAsked(conditions=MOST_CONDITIONS, deep=DEEPEST)
    return whole


def _in_place(wanted: Filter, segments: Mapping[str, Filter], within: tuple[str, ...]) -> Filter:
    if isinstance(wanted, Not):
        return Not(_in_place(wanted.part, segments, within))
    if isinstance(wanted, Both):
        return Both(tuple(_in_place(part, segments, within) for part in wanted.parts))
    if isinstance(wanted, Either):
        return Either(tuple(_in_place(part, segments, within) for part in wanted.parts))
    return _segments_of(wanted, segments, within) if wanted.word == "segment" else wanted


def _segments_of(
    condition: Condition, segments: Mapping[str, Filter], within: tuple[str, ...]
) -> Filter:
    parts = []
    for name in condition.names:
        folded = name.casefold()
        if folded in within:
            raise SegmentInItself(segment=name)
        if folded not in segments:
            raise NameUnknown(what="segments", name=name, known=segments)
        if len(within) > DEEPEST:
            raise TooMuchAsked(conditions=MOST_CONDITIONS, deep=DEEPEST)
        parts.append(_in_place(segments[folded], segments, (*within, folded)))
    one_of = parts[0] if len(parts) == 1 else Either(tuple(parts))
    return Not(one_of) if condition.operator == "≠" else one_of


def is_segment_name(name: str) -> bool:
    """Whether a saved audience can be called so: nothing that reads as a filter."""
    return is_plain(name) and len(name) <= LONGEST_SEGMENT and word_named(name) is None
