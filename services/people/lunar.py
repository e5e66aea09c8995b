"""The lunar calendar (农历): a library's tables, as the rules of birthdays ask for them."""

from datetime import date, timedelta

from lunardate import LunarDate

from loyalty.birthdays import LunarDay

# What the tables cover, with a day to spare at the end.
FIRST, LAST = date(1900, 1, 31), date(2100, 2, 7)


def lunar_day(day: date) -> LunarDay | None:
    """None for days that no table covers."""
    if not FIRST <= day <= LAST:
        return None
    found, next_one = _converted(day), _converted(day + timedelta(days=1))
    return LunarDay(
        found.year,
        found.month,
        found.day,
        is_leap=bool(found.is_leap_month),
        has_leap=LunarDate.leap_month_for_year(found.year) == found.month,
        is_last=next_one.day == 1,
    )


def _converted(day: date) -> LunarDate:
    return LunarDate.from_solar_date(day.year, day.month, day.day)
