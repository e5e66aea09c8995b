"""People (会员): purposes, birthdays as members type them, and masks for other people's eyes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.people import (
    YEARS,
    Birthday,
    BirthdayUnreadable,
    Purpose,
    is_under_14,
    mask_birthday,
    mask_name,
    mask_numbers,
    mask_phone,
)

YEAR = st.none() | st.integers(YEARS[0], YEARS[-1])
SOLAR = st.builds(
    lambda day, has_year: Birthday("solar", day.year if has_year else None, day.month, day.day),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.booleans(),
)
LUNAR = st.builds(
    Birthday, st.just("lunar"), YEAR, st.integers(1, 12), st.integers(1, 30), st.booleans()
)


def test_purposes_are_agreed_to_one_by_one() -> None:
    assert [purpose.value for purpose in Purpose] == ["programme", "marketing", "care"]


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("1990-01-31", Birthday("solar", 1990, 1, 31)),
        ("01-31", Birthday("solar", None, 1, 31)),
        ("1990-1-5", Birthday("solar", 1990, 1, 5)),
        ("02-29", Birthday("solar", None, 2, 29)),
        (
            " \uff11\uff19\uff19\uff10\uff0d\uff10\uff11\uff0d\uff13\uff11 ",
            Birthday("solar", 1990, 1, 31),
        ),
        ("农历1990-08-15", Birthday("lunar", 1990, 8, 15)),
        ("农历1990-闰08-15", Birthday("lunar", 1990, 8, 15, leap=True)),
        ("农历08-30", Birthday("lunar", None, 8, 30)),
    ],
)
def test_a_birthday_is_read_as_people_write_it(text: str, birthday: Birthday) -> None:
    assert Birthday.parse(text) == birthday


@pytest.mark.parametrize(
    "text",
    [
        *("", "1990", "1990/01/31", "90-01-31", "1990-13-01", "1990-02-30", "1990-00-10"),
        *("1990-02-29", "1990-闰08-15", "农历1990-13-01", "农历1990-08-31", "农历1990-08-00"),
        *(
            "1899-12-31",
            "2100-01-01",
            "0000-01-01",
            "农历 1990-08-15x",
            "\u0661\u0669\u0669\u0660\u002d\u0660\u0661\u002d\u0663\u0661",
            "1990-01-31\n1",
        ),
    ],
)
def test_what_is_no_birthday_is_refused(text: str) -> None:
    with pytest.raises(BirthdayUnreadable):
        Birthday.parse(text)


@given(SOLAR | LUNAR)
def test_a_birthday_says_itself_in_the_form_it_is_read(birthday: Birthday) -> None:
    assert Birthday.parse(str(birthday)) == birthday


def test_a_child_is_under_14_through_the_fourteenth_birthday() -> None:
    born_on = date(2012, 6, 1)
    assert is_under_14(born_on, date(2026, 5, 31))
    assert is_under_14(born_on, date(2026, 6, 1))
    assert not is_under_14(born_on, date(2026, 6, 2))


def test_a_child_of_29_february_is_14_on_the_first_of_march() -> None:
    born_on = date(2012, 2, 29)
    assert is_under_14(born_on, date(2026, 2, 28))
    assert not is_under_14(born_on, date(2026, 3, 1))


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("+85291234567", "+85****4567"),
        ("12345", "****45"),
        ("", "****"),
    ],
)
def test_a_phone_number_is_shown_with_its_middle_hidden(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("王小明", "王*"), ("王", "王*"), (" Anna ", "A*"), ("", ""), ("  ", "")]
)
def test_a_name_is_shown_as_its_surname_without_its_length(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_masked_birthday_keeps_only_the_month():
    assert mask_birthday("1990-01-31") == "****-01-**"
    assert mask_birthday("农历1990-闰08-15") == "农历****-闰08-**"
    assert mask_birthday("01-31") == "01-**"


@pytest.mark.parametrize(
    "text",
    [
        "电话13800138000 送货",
        "电话+86 138-0013-8000 送货",
        "电话１３８００１３８０００ 送货",
        "电话11010519491231002X 送货",
    ],
)
def test_no_number_of_a_person_stays_in_a_sentence(text: str) -> None:
    assert mask_numbers(text) == "电话**** 送货"


@pytest.mark.parametrize("text", ["小票 20270112001", "补 3200 分", "工单 13800138000123"])
def test_other_numbers_stay(text: str) -> None:
    assert mask_numbers(text) == text
