"""The profile (资料): which details there are, how much of each others may read, and its upkeep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# In the order in which a member sees and numbers them.
BASICS = ("phone", "name", "birthday")
EXTRAS = ("gender", "email", "address", "work_address", "district", "housing")
DETAILS = BASICS + EXTRAS
# What changes in a life, and so is asked for again; the most useful to reach somebody first.
CHECKED = ("phone", "email", "address", "work_address", "district")
ADDRESS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of a detail that is filled in: when somebody last said it is right, when we last asked.

    `asked_key` is what was answered with the question; since `bounced_on` nothing arrives there.
    """

    name: str
    verified_on: date | None = None
    asked_on: date | None = None
    asked_key: str | None = None
    bounced_on: date | None = None

    def is_stale(self, since: date) -> bool:
        """Whether nobody has confirmed it after that day, or nothing arrives there."""
        is_old = self.verified_on is None or self.verified_on <= since
        return self.name in CHECKED and (self.bounced_on is not None or is_old)

    def awaits(self, key: str) -> bool:
        """Whether the question that went with this key is still to be answered."""
        if self.asked_key != key or self.asked_on is None:
            return False
        return self.verified_on is None or self.verified_on < self.asked_on


def detail_to_check(
    filled: Sequence[Freshness], *, key: str, today: date, days: int, last_asked_on: date | None
) -> str | None:
    """The one detail to ask about now: one question in so many days, the same key the same one.

    What bounced comes first, then what was not confirmed for longest.
    """
    awaiting = next((detail.name for detail in filled if detail.awaits(key)), None)
    since = today - timedelta(days=days)
    if awaiting is not None or (last_asked_on is not None and last_asked_on > since):
        return awaiting
    stale = [detail for detail in filled if detail.is_stale(since)]
    return min(stale, key=_urgency).name if stale else None


def _urgency(detail: Freshness) -> tuple[bool, date, date, int]:
    """A question nobody answered is put again after all others."""
    verified_on, asked_on = detail.verified_on or date.min, detail.asked_on or date.min
    place = CHECKED.index(detail.name)
    return detail.bounced_on is None, max(verified_on, asked_on), asked_on, place


def region_of_district(text: str, regions: Mapping[str, int]) -> int | None:
    """The region whose list has this district, also behind the name of its city."""
    fitting = [district for district in regions if text.endswith(district)]
    return regions[max(fitting, key=len)] if fitting else None


def mask_email(email: str) -> str:
    """wang@example.com → w***@example.com."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}***@{host}"


def mask_address(address: str) -> str:
    """The first letters: enough to tell home from the office."""
    return f"{address[:ADDRESS_SHOWN]}***"
