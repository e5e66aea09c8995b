"""Birthdays (生日) through the years: on which day whom to greet, in both calendars.

A solar year has not every 29 February; a lunar year has not every leap month, nor every month a
30th day. Whose day is missing is greeted on the nearest that stands for it (field-rules D6).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.people import Birthday

# Whoever tells a birthday that is so near gets the first greeting next year.
ENTRY_DAYS = 30
# What the digests of birthdays are made for.
PURPOSE = "birthday"
LEAP_DAY_NAME = "solar:02-29"
STAND_INS = ("02-28", "03-01")


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar (农历), as a lunar calendar tells it.

    `has_leap`: its year repeats this month. `is_last`: the month ends with this day.
    """

    year: int
    month: int
    day: int
    is_leap: bool
    has_leap: bool
    is_last: bool


def name_of(birthday: Birthday) -> str:
    """Calendar, month and day, such as solar:01-31 or lunar:08-15:leap: equal for equal days.

    Of a 29 February also which day was chosen for other years, such as solar:02-29:03-01.
    """
    kind = ":leap" if birthday.leap else f":{birthday.kept_on}" if birthday.kept_on else ""
    return f"{birthday.calendar}:{birthday.month:02d}-{birthday.day:02d}{kind}"


def names_on(day: date, lunar: LunarDay | None, *, leap_day: str | None) -> list[str]:
    """Whose birthday is kept on this day; `leap_day` mar1 keeps 29 February on 1 March, where
    the member has not chosen.

    No lunar day is known outside of the years that calendar tables cover.
    """
    return solar_names(day, leap_day=leap_day) + (lunar_names(lunar) if lunar else [])


def solar_names(day: date, *, leap_day: str | None) -> list[str]:
    """What a member chose goes before `leap_day`, which is the shop's for all others."""
    today = f"{day:%m-%d}"
    names = [f"solar:{today}"]
    if names == [LEAP_DAY_NAME]:
        return names + [f"{LEAP_DAY_NAME}:{chosen}" for chosen in STAND_INS]
    if today not in STAND_INS or _is_leap_year(day.year):
        return names
    if today == ("03-01" if leap_day == "mar1" else "02-28"):
        names.append(LEAP_DAY_NAME)
    return [*names, f"{LEAP_DAY_NAME}:{today}"]


def lunar_names(lunar: LunarDay) -> list[str]:
    """Of a month that comes twice the first is the ordinary one."""
    kinds = [":leap"] if lunar.is_leap else [""]
    if not lunar.is_leap and not lunar.has_leap:
        # Whoever was born in a leap month has the ordinary one in years without.
        kinds.append(":leap")
    days = [lunar.day]
    if lunar.is_last and lunar.day == 29:
        days.append(30)
    return [f"lunar:{lunar.month:02d}-{day:02d}{kind}" for day in days for kind in kinds]


def birthday_year(birthday: Birthday, day: date, lunar: LunarDay | None) -> int:
    """The year of which this is the birthday: a lunar one may come twice in a solar year."""
    if birthday.calendar == "lunar" and lunar is not None:
        return lunar.year
    return day.year


def is_told_in_time(told_on: date | None, day: date) -> bool:
    """Whether a birthday was told early enough for its greeting; imported ones are old enough."""
    return told_on is None or day - told_on > timedelta(days=ENTRY_DAYS)


def _is_leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
