"""The lunar calendar: against the observatory's leap months, the moon itself, and a century."""

import math
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

from lunardate import LunarDate

from loyalty.birthdays import birthday_year, names_on
from loyalty.people import Birthday
from services.people.lunar import lunar_day

# Leap months as the Hong Kong Observatory's conversion tables list them.
LEAP_MONTHS = """
1900-8 1903-5 1906-4 1909-2 1911-6 1914-5 1917-2 1919-7 1922-5 1925-4 1928-2 1930-6
1933-5 1936-3 1938-7 1941-6 1944-4 1947-2 1949-7 1952-5 1955-3 1957-8 1960-6 1963-4
1966-3 1968-7 1971-5 1974-4 1976-8 1979-6 1982-4 1984-10 1987-6 1990-5 1993-3 1995-8
1998-5 2001-4 2004-2 2006-7 2009-5 2012-4 2014-9 2017-6 2020-4 2023-2 2025-6 2028-5
2031-3 2033-11 2036-6 2039-5 2042-2 2044-7 2047-5 2050-3
"""
FIRST, LAST = date(1950, 2, 17), date(2051, 2, 10)
# The moon was new at 20:30 in Beijing, and the tables of the library begin the month a day later.
WRONG_IN_THE_TABLES = {date(1954, 11, 25)}
# Where the moon is new this near to midnight, tables may differ by a day.
NEAR_MIDNIGHT_HOURS = 0.5


def days(first: date = FIRST, last: date = LAST) -> list[date]:
    return [first + timedelta(days=distance) for distance in range((last - first).days + 1)]


def test_everybody_is_greeted_exactly_once_in_each_birthday_year() -> None:
    """All 366 solar and all 720 lunar birthdays, leap months included, over a hundred years, and
    both days that can be chosen for a 29 February."""
    greeted: Counter[tuple[str, int]] = Counter()
    for day in days():
        lunar = lunar_day(day)
        for name in names_on(day, lunar, leap_day=None):
            birthday = birthday_named(name)
            greeted[name, birthday_year(birthday, day, lunar)] += 1
    years: dict[str, list[int]] = defaultdict(list)
    for (name, year), times in greeted.items():
        assert times == 1, (name, year)
        years[name].append(year)
    assert len(years) == 366 + 720 + 2
    for name, seen in years.items():
        inner = [year for year in seen if 1951 <= year <= 2049]
        assert inner == list(range(1951, 2050)), name


def birthday_named(name: str) -> Birthday:
    calendar, day, *kind = name.split(":")
    if calendar == "lunar":
        return Birthday.parse(f"农历{'闰' if kind else ''}{day}")
    return Birthday.parse(f"{day}平年{kind[0]}" if kind else day)


def test_leap_months_are_those_of_the_observatory() -> None:
    found = {year: LunarDate.leap_month_for_year(year) for year in range(1900, 2051)}
    assert [f"{year}-{month}" for year, month in found.items() if month] == LEAP_MONTHS.split()


def test_months_begin_with_the_new_moon_as_astronomy_reckons_it() -> None:
    """A second derivation (Meeus, chapter 49) of every first day of a month, 1900 to 2100."""
    firsts = {day for day in days(date(1901, 1, 1), date(2099, 12, 31)) if starts_month(day)}
    reckoned = 0
    for lunation in range(-1224, 1237):
        moment = new_moon(lunation)
        day = (moment + timedelta(hours=8)).date()
        into_day = (moment + timedelta(hours=8)).hour + moment.minute / 60
        if min(into_day, 24 - into_day) < NEAR_MIDNIGHT_HOURS or not (1901 <= day.year <= 2099):
            continue
        if day > date(1901, 1, 1):
            assert day in firsts or day in WRONG_IN_THE_TABLES, day
            reckoned += 1
    assert reckoned > 2300


def starts_month(day: date) -> bool:
    found = lunar_day(day)
    return found is not None and found.day == 1


def new_moon(lunation: int) -> datetime:
    """The instant of the true new moon number `lunation` after January 2000, to some minutes."""
    k, t = float(lunation), lunation / 1236.85
    mean = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2
    e = 1 - 0.002516 * t - 0.0000074 * t**2
    m = math.radians(2.5534 + 29.10535670 * k - 0.0000014 * t**2)
    mm = math.radians(201.5643 + 385.81693528 * k + 0.0107582 * t**2)
    f = math.radians(160.7108 + 390.67050284 * k - 0.0016118 * t**2)
    mean += (
        -0.40720 * math.sin(mm)
        + 0.17241 * e * math.sin(m)
        + 0.01608 * math.sin(2 * mm)
        + 0.01039 * math.sin(2 * f)
        + 0.00739 * e * math.sin(mm - m)
        - 0.00514 * e * math.sin(mm + m)
        + 0.00208 * e**2 * math.sin(2 * m)
        - 0.00111 * math.sin(mm - 2 * f)
        - 0.00057 * math.sin(mm + 2 * f)
    )
    return datetime(2000, 1, 1, 12, tzinfo=UTC) + timedelta(days=mean - 2451545.0, seconds=-60)
