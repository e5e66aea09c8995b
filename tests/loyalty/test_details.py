"""The profile (资料): which detail is asked about, which region a district tells, what shows."""

from datetime import date, timedelta

import pytest

from loyalty.details import (
    Freshness,
    detail_to_check,
    mask_address,
    mask_email,
    region_of_district,
)

TODAY = date(2027, 6, 1)
KEY = "claim:1:1:7"


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def asked(*filled: Freshness, key: str = KEY, last: date | None = None, days: int = 90) -> str:
    return str(detail_to_check(filled, key=key, today=TODAY, days=days, last_asked_on=last))


@pytest.mark.parametrize(
    ("filled", "wanted"),
    [
        ([], "None"),
        ([Freshness("name"), Freshness("birthday"), Freshness("gender")], "None"),
        ([Freshness("phone")], "phone"),
        ([Freshness("phone", verified_on=ago(89))], "None"),
        ([Freshness("phone", verified_on=ago(90))], "phone"),
        ([Freshness("address"), Freshness("phone")], "phone"),
        ([Freshness("phone", verified_on=ago(95)), Freshness("email")], "email"),
        ([Freshness("phone", ago(95)), Freshness("email", ago(100))], "email"),
        ([Freshness("phone"), Freshness("address", ago(1), bounced_on=ago(1))], "address"),
        ([Freshness("phone", ago(300), asked_on=ago(90)), Freshness("email", ago(200))], "email"),
        ([Freshness("phone", ago(300), asked_on=ago(90)), Freshness("email", ago(90))], "email"),
    ],
)
def test_what_was_not_confirmed_for_longest_is_asked_about(
    filled: list[Freshness], wanted: str
) -> None:
    assert asked(*filled) == wanted


@pytest.mark.parametrize(("days_ago", "wanted"), [(0, "None"), (89, "None"), (90, "phone")])
def test_a_member_is_asked_once_in_so_many_days(days_ago: int, wanted: str) -> None:
    assert asked(Freshness("phone"), last=ago(days_ago)) == wanted


def test_the_same_claim_again_asks_the_same_until_it_is_answered() -> None:
    open_question = Freshness("email", ago(200), asked_on=TODAY, asked_key=KEY)
    assert asked(Freshness("phone"), open_question, last=TODAY) == "email"
    answered = Freshness("email", TODAY, asked_on=TODAY, asked_key=KEY)
    assert asked(Freshness("phone"), answered, last=TODAY) == "None"
    assert asked(Freshness("phone"), open_question, last=TODAY, key="claim:1:1:8") == "None"


@pytest.mark.parametrize(
    ("district", "region"),
    [
        ("锦江区", 1),
        ("成都市锦江区", 1),
        ("四川成都 锦江区", 1),
        ("江区", None),
        ("锦江", None),
        ("新区", 2),
        ("高新区", 1),
        ("", None),
    ],
)
def test_the_longest_district_at_the_end_tells_the_region(
    district: str, region: int | None
) -> None:
    assert region_of_district(district, {"锦江区": 1, "新区": 2, "高新区": 1}) == region


def test_masks_show_that_it_is_the_right_one_and_no_more() -> None:
    assert mask_email("wang@example.com") == "w***@example.com"
    assert mask_email("w@example.com") == "w***@example.com"
    assert mask_address("成都市春熙路 1 号") == "成都市***"
