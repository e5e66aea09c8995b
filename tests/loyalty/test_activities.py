"""Activities (活动): one rule a line."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalty.activities import better_of, can_check_in
from loyalty.check_in_codes import activity_of_code, check_in_code, looks_like_check_in
from loyalty.shop_file.reading import ActivityTerms, ShopFileFaults, read_shop_file

KEY = b"k" * 32
NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TERMS: dict[str, Any] = {
    "code": "tasting",
    "name": "品鉴会",
    "starts": datetime.fromisoformat("2027-03-01T18:30:00"),
    "until": datetime.fromisoformat("2027-03-01T20:30:00"),
    "place": "春熙路店",
}


def read(**changes: Any) -> ActivityTerms:
    return read_shop_file({"activities": [TERMS | changes]}).activities[0]


def faults(**changes: Any) -> list[str]:
    with pytest.raises(ShopFileFaults) as caught:
        read(**changes)
    return [fault.path for fault in caught.value.faults]


def test_an_activity_reads_as_it_says_itself() -> None:
    terms = read(seats=7, audience="等级>=金卡", points=5)
    assert read(**terms.as_data()) == terms


def test_who_is_not_asked_signs_up_until_it_starts() -> None:
    assert read().last_signup == TERMS["starts"]
    assert read(surprise=True).last_signup == TERMS["until"]
    assert read(signup_until="2027-02-28T20:00:00").last_signup.day == 28


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"until": TERMS["starts"]}, "until"),
        ({"until": "2027-06-01T00:00:00"}, "until"),
        ({"starts": "soon"}, "starts"),
        ({"starts": "2027-03-01T18:30:00+08:00"}, "starts"),
        ({"signup_until": "2027-03-02T00:00:00"}, "signup_until"),
        ({"audience": "等级>=金卡 且"}, "audience"),
        ({"seats": 0}, "seats"),
        ({"points": 0}, "points"),
        ({"coupon": "no such"}, "coupon"),
        ({"place": ""}, "place"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], path: str) -> None:
    assert f"activities[0].{path}" in faults(**changes)


@pytest.mark.parametrize(
    ("hours", "is_open"), [(-1.1, False), (-1, True), (0, True), (3, True), (3.1, False)]
)
def test_doors_are_open_from_an_hour_before_to_an_hour_after(hours: float, is_open: bool) -> None:
    assert can_check_in(NOON + hours * HOUR, NOON, NOON + 2 * HOUR) is is_open


def test_of_two_places_the_better_one_stays() -> None:
    assert better_of("waiting", "seated") == "seated"
    assert better_of("attended", "seated") == "attended"
    assert better_of("cancelled", "waiting") == "waiting"


def test_a_check_in_code_is_of_one_activity_and_two_steps() -> None:
    code = check_in_code(KEY, 3, step=100)
    assert looks_like_check_in(code)
    assert [activity_of_code(KEY, code, [1, 2, 3], step=step) for step in (99, 100, 101, 102)] == [
        *(None, 3, 3, None)
    ]
    assert activity_of_code(KEY, code, [1, 2], step=100) is None
    assert activity_of_code(b"o" * 32, code, [3], step=100) is None


@pytest.mark.parametrize("text", ["7712345", "771234567", "66123456", "77abcdef", ""])
def test_other_digits_are_no_check_in_code(text: str) -> None:
    assert not looks_like_check_in(text)
