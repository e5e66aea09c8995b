"""Staff (员工): which store a counter word is about, and which member."""

from dataclasses import dataclass

from loyalty.member_numbers import read_member_number
from loyalty.people import mask_name
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import NotAllowed, Right
from services.details.keeping import member_name
from services.purchases.member_codes import is_member_code, read_unused_code
from services.rules import Place
from services.shop import Shop
from storage.member_codes import is_active_member
from storage.models import Member
from storage.staff import member_by_no

__all__ = ["NotAllowed", "Right"]

Reach = frozenset[int] | None


class StoreNeeded(Refusal):
    """The brand has several stores and this person belongs to none of them."""

    wording = "staff/store_needed"


class StoreUnknown(Refusal):
    wording = "staff/store_unknown"


class NotYourStore(Refusal):
    wording = "staff/not_your_store"
    audited_as = "refused.store"


class MemberUnknown(Refusal):
    """No active member has this number."""

    wording = "staff/member_unknown"


@dataclass(frozen=True, slots=True)
class Counter:
    """A store's counter (柜台), where somebody acts by chat."""

    store_id: int
    place: Place


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A member as staff see one; `by_code`: the code on the member's screen was read just now."""

    id: int
    member_no: str
    name_masked: str
    by_code: bool


def allow(person: Person, right: Right) -> None:
    """Every use case of staff asks this first, whatever its door has asked. Raises NotAllowed."""
    if person.staff_id is None or not person.may(right):
        raise NotAllowed(right)


def counter_of(shop: Shop, person: Person, store_code: str = "") -> Counter:
    """The store this person acts in. Raises when it is another's, unknown or has to be named."""
    named = {place.store.casefold(): store_id for store_id, place in shop.rules.places.items()}
    wanted, reach = store_code.casefold(), reach_of(shop, person)
    if wanted and wanted not in named:
        raise StoreUnknown(store=store_code)
    own = {code: number for code, number in named.items() if reach is None or number in reach}
    if wanted and wanted not in own:
        raise NotYourStore(store=where_of(shop, person))
    if not wanted and len(own) != 1:
        raise StoreNeeded(example=min(own, default=""))
    store_id = own[wanted] if wanted else next(iter(own.values()))
    return Counter(store_id, shop.rules.places[store_id])


def reach_of(shop: Shop, person: Person) -> Reach:
    """The stores this person may act in and read about; None for those of the whole brand."""
    return reach_within(shop, person.store_id, person.region_id)


def reach_within(shop: Shop, store_id: int | None, region_id: int | None) -> Reach:
    """The stores of one who works in that store, else that region, else the whole brand."""
    if store_id is not None:
        return frozenset({store_id})
    if region_id is None:
        return None
    places = shop.rules.places.items()
    return frozenset(number for number, place in places if place.region_id == region_id)


def covers(wide: Reach, narrow: Reach) -> bool:
    """Whether all of `narrow` lies within `wide`."""
    return wide is None or (narrow is not None and narrow <= wide)


def overlaps(one: Reach, other: Reach) -> bool:
    return one is None or other is None or bool(one & other)


def where_of(shop: Shop, person: Person) -> str:
    return where_named(shop, person.store_id, person.region_id)


def where_named(shop: Shop, store_id: int | None, region_id: int | None = None) -> str:
    """The name of the store, else of the region, else of the brand."""
    if store_id is not None:
        return shop.rules.places[store_id].store_name
    places = shop.rules.places.values()
    names = (place.region_name for place in places if place.region_id == region_id)
    return next(names, shop.rules.brand_name)


async def member_named(shop: Shop, text: str) -> KnownMember:
    """The member with this number, or whose member code this is. Raises MemberUnknown; a code that
    has paid at some till opens no card at another one (contract §5)."""
    if is_member_code(text):
        reading = await read_unused_code(shop, text)
        return await known_member(shop, reading.handle, by_code=True)
    number = read_member_number(text)
    member_id = await member_by_no(number) if number else None
    if member_id is None or not await is_active_member(member_id):
        raise MemberUnknown
    return await known_member(shop, member_id)


async def known_member(shop: Shop, member_id: int, *, by_code: bool = False) -> KnownMember:
    member = await Member.get(id=member_id)
    assert member.member_no is not None, member_id
    name = mask_name(member_name(shop, member)) or shop.phrase("staff/no_name", {})
    return KnownMember(member_id, member.member_no, name, by_code)
