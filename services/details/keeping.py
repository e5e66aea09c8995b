"""A member's own data (资料): each detail optional, sealed in its row, shown masked.

Every change is noted with who made it and when; the value itself stands in its row alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.birthdays import PURPOSE, name_of
from loyalty.details import BASICS, DETAILS, region_of_district
from loyalty.people import Birthday
from loyalty.refusals import Refusal
from services.audiences.keys import detail_index
from services.details.readers import READERS, BadDetail, check_shape, mask, read_phone
from services.shop import Shop
from storage.birthdays import birthday_changes_since
from storage.details import (
    drop_extra,
    filled_details,
    log_detail_change,
    mark_as_bounced,
    mark_verified,
    put_basic,
    put_extra,
    set_member_region,
)
from storage.keyring import Keys
from storage.models import Member
from storage.sealing import blind_index, seal, unseal
from storage.transactions import transactional

__all__ = ["BASICS", "DETAILS", "BadDetail", "check_shape", "read_phone"]

BY_MEMBER = "member"
BIRTHDAY_REST = timedelta(days=365)
# Details of which only these words are taken.
CHOICES = {"gender": "details/choices_gender", "housing": "details/choices_housing"}


class MembersOnly(Refusal):
    """Nothing personal is kept of anybody who has not agreed to the programme (A22)."""

    wording = "help/not_a_member"


@dataclass(frozen=True, slots=True)
class Details:
    """What is filled in, masked for showing; None where it is not."""

    masked: dict[str, str | None]

    @property
    def missing(self) -> list[str]:
        """Of the basics, which are offered; the others are for who looks for them."""
        return [name for name in BASICS if self.masked[name] is None]


@dataclass(frozen=True, slots=True)
class DetailChange:
    """A detail with its new value; None empties it. `by` is the member or staff:NUMBER.

    `verified_at`: of a phone whose possession was proven.
    """

    member_id: int
    name: str
    value: str | None
    key: str
    by: str = BY_MEMBER
    verified_at: datetime | None = None


async def show_details(shop: Shop, member_id: int) -> Details:
    plain = await plain_details(shop, member_id)
    return Details({name: mask(name, plain[name]) if name in plain else None for name in DETAILS})


async def plain_details(shop: Shop, member_id: int) -> dict[str, str]:
    """In full, for the member's own file and for staff who may see it; a helper for use cases."""
    found = await filled_details([member_id])
    return {line["name"]: unsealed(shop, member_id, line["name"], line["value"]) for line in found}


@transactional
async def change_detail(
    shop: Shop, member_id: int, name: str, text: str, *, key: str, by: str = BY_MEMBER
) -> Details:
    """Store one detail. Raises BadDetail; the same key again changes nothing."""
    value = read_detail(shop, name, text)
    await keep_detail(shop, DetailChange(member_id, name, value, key, by))
    return await show_details(shop, member_id)


@transactional
async def empty_detail(
    shop: Shop, member_id: int, name: str, *, key: str, by: str = BY_MEMBER
) -> Details:
    """Keep this detail no longer; what is empty stays so."""
    await keep_detail(shop, DetailChange(member_id, name, None, key, by))
    return await show_details(shop, member_id)


@transactional
async def mark_bounced(shop: Shop, member_id: int, name: str) -> None:
    """Something sent there did not arrive; somebody is to ask the member."""
    await mark_as_bounced(member_id, name, shop.today())


def read_detail(shop: Shop, name: str, text: str) -> str:
    """The value as it is kept. Raises BadDetail."""
    value = READERS[name](text, shop.today())
    if name in CHOICES and value not in shop.phrase(CHOICES[name], {}).split():
        raise BadDetail(f"details/bad_{name}")
    return value


async def keep_detail(shop: Shop, change: DetailChange) -> bool:
    """Store or empty a detail; False when this key did so before.

    A helper for use cases. Whoever says it says it today: it counts as confirmed.
    """
    what = "emptied" if change.value is None else "set"
    member_id, name, now = change.member_id, change.name, shop.now()
    if not await log_detail_change(member_id, name, what, by=change.by, key=change.key, now=now):
        return False
    if name == "birthday" and what == "set" and change.by == BY_MEMBER:
        await _refuse_another_birthday(shop, member_id)
    if not await (_keep_basic if name in BASICS else _keep_extra)(shop, change):
        raise MembersOnly
    day = None if change.value is None else shop.today()
    await mark_verified(member_id, [name], day)
    return True


async def _refuse_another_birthday(shop: Shop, member_id: int) -> None:
    """Telling it is free, telling it anew once in twelve months (field-rules D6).

    What is being told stands in the log already.
    """
    since = shop.now() - BIRTHDAY_REST
    if await birthday_changes_since(member_id, since) > 1:
        raise BadDetail("details/birthday_told_lately")


async def keep_birthday(shop: Shop, member_id: int, value: str | None) -> bool:
    """Sealed, with what finds it by its day; a helper for use cases."""
    sealed = None if value is None else seal(shop.keys, value, **_place(member_id, "birthday"))
    index = birthday_digest(shop.keys, value) if value is not None else None
    return await put_basic(member_id, "birthday", sealed, birthday_index=index)


async def _keep_basic(shop: Shop, change: DetailChange) -> bool:
    if change.name == "birthday":
        return await keep_birthday(shop, change.member_id, change.value)
    sealed = _sealed(shop, change)
    if change.name != "phone":
        return await put_basic(change.member_id, change.name, sealed)
    index = blind_index(shop.keys, "phone", change.value) if change.value is not None else None
    return await put_basic(
        change.member_id,
        change.name,
        sealed,
        phone_index=index,
        phone_verified_at=change.verified_at,
    )


async def _keep_extra(shop: Shop, change: DetailChange) -> bool:
    if change.name == "district":
        region = region_of_district(change.value or "", shop.rules.districts)
        await set_member_region(change.member_id, region)
    sealed = _sealed(shop, change)
    if sealed is None:
        await drop_extra(change.member_id, change.name)
        return True
    index = detail_index(shop, change.name, change.value or "")
    return await put_extra(
        change.member_id, change.name, sealed, index=index, by=change.by, now=shop.now()
    )


def birthday_digest(keys: Keys, text: str) -> str:
    """What finds equal days without telling them, of a birthday as it is kept."""
    return blind_index(keys, PURPOSE, name_of(Birthday.parse(text)))


def member_name(shop: Shop, member: Member) -> str:
    sealed: bytes | None = member.name_sealed
    return unsealed(shop, member.id, "name", sealed) if sealed is not None else ""


def unsealed(shop: Shop, member_id: int, name: str, sealed: bytes) -> str:
    return unseal(shop.keys, sealed, **_place(member_id, name))


def _sealed(shop: Shop, change: DetailChange) -> bytes | None:
    if change.value is None:
        return None
    return seal(shop.keys, change.value, **_place(change.member_id, change.name))


def _place(member_id: int, name: str) -> dict[str, str]:
    """What a value is sealed for: it cannot be read in another row, nor as another detail."""
    if name in BASICS:
        return {"table": "members", "column": f"{name}_sealed", "row": str(member_id)}
    return {"table": "member_details", "column": "value_sealed", "row": f"{member_id}:{name}"}
