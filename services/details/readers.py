"""Reading a detail (资料) as it was typed: a strict reader each, and its mask."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

import phonenumbers
from lunardate import LunarDate

from loyalty.details import mask_address, mask_email
from loyalty.people import (
    Birthday,
    BirthdayUnreadable,
    is_under_14,
    mask_birthday,
    mask_name,
    mask_phone,
)

LONGEST_NAME = 20
LONGEST_ADDRESS = 80
LONGEST_WORD = 20
LONGEST_EMAIL = 100
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
# Writing direction marks would let a name rearrange the sentence it stands in (B07).
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Reader = Callable[[str, date], str]


class BadDetail(Exception):
    """What was typed is not this detail; `wording` says how to write it."""

    def __init__(self, wording: str) -> None:
        super().__init__(wording)
        self.wording = wording


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
    return _line(text, longest=LONGEST_NAME, wording="details/bad_name")


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


def read_email(text: str, today: date) -> str:
    email = unicodedata.normalize("NFKC", text).strip()
    if EMAIL.fullmatch(email) is None or len(email) > LONGEST_EMAIL:
        raise BadDetail("details/bad_email")
    return email


def read_address(text: str, today: date) -> str:
    return _line(text, longest=LONGEST_ADDRESS, wording="details/bad_address")


def read_work_address(text: str, today: date) -> str:
    return _line(text, longest=LONGEST_ADDRESS, wording="details/bad_work_address")


def read_district(text: str, today: date) -> str:
    return _line(text, longest=LONGEST_WORD, wording="details/bad_district")


def read_gender(text: str, today: date) -> str:
    """Whether it is one of the words of the shop is for the use case to say."""
    return _line(text, longest=LONGEST_WORD, wording="details/bad_gender")


def read_housing(text: str, today: date) -> str:
    return _line(text, longest=LONGEST_WORD, wording="details/bad_housing")


def _line(text: str, *, longest: int, wording: str) -> str:
    """A line in which something can be seen."""
    line = " ".join(DIRECTION_MARKS.sub("", text).split())
    is_visible = any(unicodedata.category(letter)[0] in "LNS" for letter in line)
    if not is_visible or len(line) > longest:
        raise BadDetail(wording)
    return line


def _day_of_birth(birthday: Birthday) -> date | None:
    """The solar day, where the year is known; raises ValueError for a day that never was."""
    if birthday.year is None:
        return None
    if birthday.calendar == "solar":
        return date(birthday.year, birthday.month, birthday.day)
    lunar = LunarDate(birthday.year, birthday.month, birthday.day, birthday.leap)
    solar: date = lunar.to_solar_date()
    return solar


READERS: dict[str, Reader] = {
    "phone": read_phone,
    "name": read_name,
    "birthday": read_birthday,
    "gender": read_gender,
    "email": read_email,
    "address": read_address,
    "work_address": read_work_address,
    "district": read_district,
    "housing": read_housing,
}
# A gender, a district and a kind of housing tell nobody from anybody else.
MASKS: dict[str, Callable[[str], str]] = {
    "phone": mask_phone,
    "name": mask_name,
    "birthday": mask_birthday,
    "email": mask_email,
    "address": mask_address,
    "work_address": mask_address,
}


def mask(name: str, value: str) -> str:
    return MASKS[name](value) if name in MASKS else value


def check_shape(name: str, text: str) -> None:
    """Raise BadDetail for what cannot be this detail on any day."""
    READERS[name](text, date.max)
