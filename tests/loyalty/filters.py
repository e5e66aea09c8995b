"""Filters for tests (筛选): any that can be written, as Hypothesis makes them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from loyalty.audiences.conditions import LIMITS, LONGEST_SPAN_DAYS, Condition, is_name
from loyalty.audiences.filters import Both, Either, Filter, Not
from loyalty.audiences.words import WORDS, Span, Takes, Word

Names = st.SearchStrategy[tuple[str, ...]]
ODD_NAMES = (
    "且",
    "非会员",
    "甲或乙",
    "属于",
    "and",
    "A 店",
    '"',
    "在",
    "90天内",
    "消费",
    ",、(",
    "≥=",
)
NAMES = st.one_of(st.sampled_from(ODD_NAMES), st.text(min_size=1, max_size=8)).filter(is_name)
LISTS: Names = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
SPANS = st.integers(1, LONGEST_SPAN_DAYS)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@dataclass(frozen=True, slots=True)
class Pools:
    """What the values of conditions are drawn from, by word."""

    words: tuple[Word, ...] = WORDS
    names: Callable[[str], Names] = lambda _: LISTS
    numbers: Callable[[Word], st.SearchStrategy[int]] = lambda word: st.integers(
        *LIMITS[word.takes]
    )
    day: st.SearchStrategy[date] = DAYS
    days: st.SearchStrategy[int] = SPANS


@st.composite
def conditions(draw: st.DrawFn, pools: Pools) -> Condition:
    """Any condition that means something."""
    word = draw(st.sampled_from(pools.words))
    days = None
    if word.span is Span.MUST or (word.span is Span.MAY and draw(st.booleans())):
        days = draw(pools.days)
    facts: dict[str, Any] = {
        "days": days,
        "at": draw(st.just(()) | pools.names("store")) if word.at else (),
        "of": draw(st.just(()) | pools.names(word.of))[: 1 if word.of == "seed" else 3],
    }
    is_bare = word.bare and (word.takes is Takes.NOTHING or draw(st.booleans()))
    if word.key == "joined":
        is_bare = days is not None
    if not is_bare:
        facts |= draw(compared(word, pools))
    return Condition(word.key, **(facts if word.of else {**facts, "of": ()}))


@st.composite
def compared(draw: st.DrawFn, word: Word, pools: Pools) -> dict[str, object]:
    """An operator and what stands behind it."""
    operator = draw(st.sampled_from(word.operators))
    if word.takes is Takes.DAY:
        return {"operator": operator, "day": draw(pools.day)}
    if word.takes is not Takes.NAMES:
        return {"operator": operator, "number": draw(pools.numbers(word))}
    if word.choices:
        chosen = st.lists(st.sampled_from([name for name, _ in word.choices]), min_size=1)
        return {"operator": operator, "names": tuple(draw(chosen)[:3])}
    found = draw(pools.names(word.key))
    one_is_compared = word.ranked and operator not in ("=", "≠")
    return {"operator": operator, "names": found[:1] if one_is_compared else found}


def joined(single: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    """Conditions with 且, 或 and 非 between them."""

    def more(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        several = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return several.map(Both) | several.map(Either) | parts.map(Not)

    return st.recursive(single, more, max_leaves=6)


FILTERS = joined(conditions(Pools()))
