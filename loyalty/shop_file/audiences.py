"""Saved audiences and automatic tags (人群、标签) in the shop file; filters as one writes them."""

from dataclasses import dataclass

from loyalty.audiences.filters import EVERYBODY, Filter
from loyalty.audiences.names import is_segment_name
from loyalty.audiences.reading import LONGEST_TEXT, parse_filter
from loyalty.refusals import Refusal
from loyalty.shop_file.parts import ShopTerms
from loyalty.shop_file.table import Table

LONGEST_TAG = 32
LONGEST_REASON = 80


@dataclass(frozen=True, slots=True)
class SegmentTerms(ShopTerms):
    """A saved audience (人群); an `ended` one is no more."""

    name: str
    filter: str
    ended: bool = False

    @property
    def code(self) -> str:
        return self.name

    @property
    def wanted(self) -> Filter:
        return parse_filter(self.filter)


@dataclass(frozen=True, slots=True)
class TagTerms(ShopTerms):
    """A tag (标签) that everybody has for whom `when` holds; members read why: `because`.

    An `ended` one is taken from everybody whom this rule gave it to.
    """

    tag: str
    when: str
    because: str
    ended: bool = False

    @property
    def code(self) -> str:
        return self.tag

    @property
    def wanted(self) -> Filter:
        return parse_filter(self.when)


def read_segment(table: Table) -> SegmentTerms:
    name = table.text("name", longest=LONGEST_TAG)
    if name and not is_segment_name(name):
        table.fault("name", "reads as a part of a filter", "write letters and digits alone")
    return SegmentTerms(
        name=name,
        filter=_read_filter(table, "filter"),
        ended=table.switch("ended", default=False),
    )


def read_tag(table: Table) -> TagTerms:
    return TagTerms(
        tag=table.text("tag", longest=LONGEST_TAG),
        when=_read_filter(table, "when"),
        because=table.text("because", longest=LONGEST_REASON),
        ended=table.switch("ended", default=False),
    )


def _read_filter(table: Table, key: str) -> str:
    """In one way of writing it, so that the same filter written otherwise is no news."""
    text = table.text(key, longest=LONGEST_TEXT)
    try:
        return parse_filter(text).as_text() if text else ""
    except Refusal as refusal:
        place, could = refusal.facts.get("place", 1), refusal.facts.get("could", "")
        table.fault(key, f"cannot be read at letter {place}", f"write there: {could}")
        return EVERYBODY.as_text()
