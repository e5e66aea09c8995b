"""People (会员): what they agree to, their birthdays, and how much of them others may read."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from loyalty.refusals import Refusal

ADULT_ENOUGH_YEARS = 14  # below it a guardian has to agree (PIPL article 31)
YEARS = range(1900, 2100)  # what lunar calendar tables cover
LEAP_YEAR = 2000  # stands in for an unknown year, so that 29 February is a day

# Of phones and identity cards, as people write them into a sentence.
PERSONAL_NUMBER = re.compile(
    r"(?<![0-9])(?:(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}|[0-9]{17}[0-9Xx])(?![0-9])"
)
WIDE_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}
BIRTHDAY = re.compile(
    r"(农历)?(?:([0-9]{4})-)?(闰)?([0-9]{1,2})-([0-9]{1,2})(?: *平年(02-28|03-01))?"
)
LEAP_DAY = (2, 29)


class Purpose(StrEnum):
    """What personal data may be used for; each is agreed to by itself."""

    PROGRAMME = "programme"
    MARKETING = "marketing"
    # Greetings and reminders (关怀): agreed to with the programme, until somebody says no.
    CARE = "care"


class BirthdayUnreadable(Refusal):
    """The text is not a birthday in one of the forms we read."""

    wording = "details/bad_birthday"


@dataclass(frozen=True, slots=True)
class Birthday:
    """A birthday (生日) in the calendar the person keeps; the year may stay untold.

    `kept_on`: of who was born on a 29 February, the day chosen for years that have none.
    """

    calendar: Literal["solar", "lunar"]
    year: int | None
    month: int
    day: int
    leap: bool = False
    kept_on: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Birthday":
        """Read `1990-01-31`, `01-31`, `农历1990-08-15`, `农历1990-闰08-15`, `02-29平年03-01`.

        Whether a lunar month had that day is for a lunar calendar to say, not for this rule.
        """
        match = BIRTHDAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if match is None:
            raise BirthdayUnreadable()
        lunar, year, leap, month, day, kept_on = match.groups()
        birthday = cls(
            "lunar" if lunar else "solar",
            int(year) if year else None,
            int(month),
            int(day),
            leap=leap is not None,
            kept_on=kept_on,
        )
        if not birthday.is_in_range():
            raise BirthdayUnreadable()
        return birthday

    def __str__(self) -> str:
        year = "" if self.year is None else f"{self.year:04d}-"
        calendar = "农历" if self.calendar == "lunar" else ""
        leap = "闰" if self.leap else ""
        kept = f"平年{self.kept_on}" if self.kept_on else ""
        return f"{calendar}{year}{leap}{self.month:02d}-{self.day:02d}{kept}"

    @property
    def is_leap_day(self) -> bool:
        return self.calendar == "solar" and (self.month, self.day) == LEAP_DAY

    def is_in_range(self) -> bool:
        if self.year is not None and self.year not in YEARS:
            return False
        if self.kept_on is not None and not self.is_leap_day:
            return False
        if self.calendar == "lunar":
            return 1 <= self.month <= 12 and 1 <= self.day <= 30
        return not self.leap and _is_day(self.year or LEAP_YEAR, self.month, self.day)


def is_under_14(born_on: date, today: date) -> bool:
    """A year of life is complete on the day after the birthday, as Chinese law counts."""
    last_day = (born_on.year + ADULT_ENOUGH_YEARS, born_on.month, born_on.day)
    return (today.year, today.month, today.day) <= last_day


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678; short numbers keep their last two digits only."""
    national = phone.removeprefix("+86")
    if len(national) < 11:
        return f"****{national[-2:]}"
    return f"{national[:3]}****{national[-4:]}"


def mask_numbers(text: str) -> str:
    """A sentence that is kept in clear, without the phone and identity numbers in it."""
    return PERSONAL_NUMBER.sub("****", text.translate(WIDE_DIGITS))


def mask_name(name: str) -> str:
    """王小明 → 王*: the surname; the star does not tell how long the rest is."""
    trimmed = name.strip()
    return f"{trimmed[:1]}*" if trimmed else ""


def mask_birthday(text: str) -> str:
    """ "1990-01-31" → "****-01-**": enough to see that the right month is kept."""
    birthday = Birthday.parse(text)
    calendar = "农历" if birthday.calendar == "lunar" else ""
    year = "" if birthday.year is None else "****-"
    leap = "闰" if birthday.leap else ""
    return f"{calendar}{year}{leap}{birthday.month:02d}-**"


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
