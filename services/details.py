"""A member's own data (资料): phone, name and birthday, each optional, sealed in its row."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import phonenumbers
from lunardate import LunarDate

from loyalty.people import (
    Birthday,
    BirthdayUnreadable,
    is_under_14,
    mask_birthday,
    mask_name,
    mask_phone,
)
from services.shop import Shop
from storage.models import Member
from storage.sealing import blind_index, seal, unseal
from storage.transactions import transactional

DETAILS = ("phone", "name", "birthday")
LONGEST_NAME = 20
# Writing direction marks would let a name rearrange the sentence it stands in (B07).
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class BadDetail(Exception):
    """What was typed is not this detail; `wording` says how to write it."""

    def __init__(self, wording: str) -> None:
        super().__init__(wording)
        self.wording = wording


@dataclass(frozen=True, slots=True)
class Details:
    """What is filled in, masked for showing; None where it is not."""

    masked: dict[str, str | None]

    @property
    def missing(self) -> list[str]:
        return [name for name in DETAILS if self.masked[name] is None]


def read_phone(text: str, today: date) -> str:
    """A mobile number as +8613800138000. Raises BadDetail."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise BadDetail("details/bad_phone") from None
    mobile = (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in mobile:
        raise BadDetail("details/bad_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_name(text: str, today: date) -> str:
    name = " ".join(DIRECTION_MARKS.sub("", text).split())
    is_visible = any(unicodedata.category(letter)[0] in "LNS" for letter in name)
    if not is_visible or len(name) > LONGEST_NAME:
        raise BadDetail("details/bad_name")
    return name


def read_birthday(text: str, today: date) -> str:
    """A day that exists in its calendar; under fourteen a guardian would have to agree."""
    try:
        birthday = Birthday.parse(text)
        born_on = _day_of_birth(birthday)
    except (BirthdayUnreadable, ValueError):
        raise BadDetail("details/bad_birthday") from None
    if born_on is not None and born_on > today:
        raise BadDetail("details/bad_birthday")
    if born_on is not None and is_under_14(born_on, today):
        raise BadDetail("details/too_young")
    return str(birthday)


READERS: dict[str, Callable[[str, date], str]] = {
    "phone": read_phone,
    "name": read_name,
    "birthday": read_birthday,
}
MASKS: dict[str, Callable[[str], str]] = {
    "phone": mask_phone,
    "name": mask_name,
    "birthday": mask_birthday,
}


def check_shape(name: str, text: str) -> None:
    """Raise BadDetail for what cannot be this detail on any day."""
    READERS[name](text, date.max)


async def show_details(shop: Shop, member_id: int) -> Details:
    return _masked(shop, await Member.get(id=member_id))


@transactional
async def change_detail(shop: Shop, member_id: int, name: str, text: str) -> Details:
    """Store one detail, sealed for its row. Raises BadDetail; the same again changes nothing."""
    value = READERS[name](text, shop.today())
    member = await Member.get(id=member_id)
    sealed = seal(shop.keys, value, table="members", column=f"{name}_sealed", row=member_id)
    setattr(member, f"{name}_sealed", sealed)
    fields = [f"{name}_sealed"]
    if name == "phone":
        member.phone_index = blind_index(shop.keys, "phone", value)
        member.phone_verified_at = None
        fields += ["phone_index", "phone_verified_at"]
    await member.save(update_fields=fields)
    return _masked(shop, member)


def member_name(shop: Shop, member: Member) -> str:
    return _unsealed(shop, member, "name") or ""


def _masked(shop: Shop, member: Member) -> Details:
    plain = {name: _unsealed(shop, member, name) for name in DETAILS}
    return Details({name: MASKS[name](value) if value else None for name, value in plain.items()})


def _unsealed(shop: Shop, member: Member, name: str) -> str | None:
    sealed: bytes | None = getattr(member, f"{name}_sealed")
    if sealed is None:
        return None
    return unseal(shop.keys, sealed, table="members", column=f"{name}_sealed", row=member.id)


def _day_of_birth(birthday: Birthday) -> date | None:
    """The solar day, where the year is known; raises ValueError for a day that never was."""
    if birthday.year is None:
        return None
    if birthday.calendar == "solar":
        return date(birthday.year, birthday.month, birthday.day)
    lunar = LunarDate(birthday.year, birthday.month, birthday.day, birthday.leap)
    solar: date = lunar.to_solar_date()
    return solar
