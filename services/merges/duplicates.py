"""Duplicate review (查重): memberships with one phone number, which staff merge or part for good.

A pair is shown to whoever may see both of its members, because one would tell of the other.
"""

from dataclasses import dataclass

from loyalty.people import mask_name, mask_phone
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.custody.auditing import Act, audit
from services.details.keeping import unsealed
from services.org.staff import allow, reach_of
from services.shop import Shop
from storage.imports import dismiss_review, open_reviews, review_in_reach
from storage.sql import Row
from storage.transactions import transactional

# So that a page fits into one message, however long the names of stores are.
PAGE = 8


class PairUnknown(Refusal):
    """No such pair is open within this person's reach."""

    wording = "imports/pair_unknown"


@dataclass(frozen=True, slots=True)
class Twin:
    """One member of a pair, as staff see one; empty where nothing is filled in."""

    member_no: str
    name_masked: str
    store_name: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The older membership comes first."""

    number: int
    older: Twin
    newer: Twin
    phone_masked: str


@dataclass(frozen=True, slots=True)
class PairPage:
    pairs: tuple[Pair, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Parted:
    older_no: str
    newer_no: str


@transactional
async def duplicate_page(shop: Shop, person: Person, page: int, *, key: str) -> PairPage:
    """Open pairs, oldest first; that somebody looked at them is kept."""
    allow(person, Right.MERGE)
    reach = reach_of(shop, person)
    found = await open_reviews(reach, offset=(page - 1) * PAGE, limit=PAGE + 1)
    shown = found[:PAGE]
    await audit(shop, person, Act("duplicates.list", facts={"page": page}), key=key)
    seen = {line[column] for line in shown for column in ("member_id", "other_id")}
    for member_id in sorted(seen):
        look = Act("member.view", member_id, subject="duplicates")
        await audit(shop, person, look, key=f"{key}:{member_id}")
    return PairPage(tuple(_pair(shop, line) for line in shown), len(found) > PAGE)


@transactional
async def part_for_good(shop: Shop, person: Person, number: int, *, key: str) -> Parted:
    """不是同一人: this pair is not asked about again; the same message again says the same."""
    allow(person, Right.MERGE)
    found = await review_in_reach(number, reach_of(shop, person))
    if found is None:
        raise PairUnknown
    assert person.staff_id is not None
    decided = await dismiss_review(number, staff_id=person.staff_id, key=key, now=shop.now())
    if not decided and found["decided_key"] != key:
        raise PairUnknown
    facts = {"other": found["other_id"]}
    act = Act("duplicates.dismiss", found["member_id"], f"pair:{number}", facts)
    await audit(shop, person, act, key=key)
    return Parted(found["other_no"], found["member_no"])


def _pair(shop: Shop, line: Row) -> Pair:
    sealed = line["phone_sealed"]
    phone = unsealed(shop, line["member_id"], "phone", sealed) if sealed is not None else ""
    older = (line["other_id"], line["other_no"], line["other_name_sealed"], line["other_store_id"])
    newer = (line["member_id"], line["member_no"], line["name_sealed"], line["home_store_id"])
    masked = mask_phone(phone) if phone else ""
    return Pair(line["id"], _twin(shop, *older), _twin(shop, *newer), masked)


def _twin(
    shop: Shop, member_id: int, member_no: str, name_sealed: bytes | None, store_id: int | None
) -> Twin:
    name = unsealed(shop, member_id, "name", name_sealed) if name_sealed is not None else ""
    store_name = "" if store_id is None else shop.rules.places[store_id].store_name
    return Twin(member_no, mask_name(name), store_name)
