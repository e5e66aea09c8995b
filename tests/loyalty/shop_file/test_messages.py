"""[messages] in the shop file (触达): quiet hours, caps, allowances, and what is refused."""

from datetime import date
from typing import Any

import pytest

from loyalty.contacts import AllowanceTerms, ContactKind
from loyalty.message_terms import MessageTerms, QuietTerms
from loyalty.shop_file.reading import ShopFileFaults, read_shop_file


def messages(**values: Any) -> MessageTerms | None:
    return read_shop_file({"messages": values}).messages


def fault_of(**values: Any) -> str:
    with pytest.raises(ShopFileFaults) as faults:
        messages(**values)
    return faults.value.faults[0].path


def test_a_shop_that_says_nothing_lets_members_sleep() -> None:
    assert messages() == MessageTerms()
    assert (MessageTerms().quiet_from, MessageTerms().quiet_until) == ("21:00", "09:00")


def test_no_promotion_at_all_is_nought() -> None:
    found = messages(promotion_per_7d=0)
    assert found is not None
    assert found.promotion_per_7d == 0


def test_one_class_may_be_dropped_while_others_wait() -> None:
    assert messages(quiet={"promotion": "drop"}) == MessageTerms(quiet=QuietTerms(promotion="drop"))


def test_holidays_stand_in_order_and_once() -> None:
    found = messages(holidays=["2027-02-07", date(2027, 2, 6), "2027-02-07"])
    assert found == MessageTerms(holidays=(date(2027, 2, 6), date(2027, 2, 7)))


def test_the_platform_may_change_its_numbers() -> None:
    own = AllowanceTerms("message", seconds=172_800, messages=20)
    found = messages(allowances=[{"kind": "message", "seconds": 172_800, "messages": 20}])
    assert found is not None
    assert found.allowance(ContactKind.MESSAGE) == own
    assert found.allowance(ContactKind.SCAN) == AllowanceTerms("scan", 60, 3)


def test_what_says_no_number_is_any_number() -> None:
    assert MessageTerms().allowance(ContactKind.PAY).messages is None


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"quiet_from": "9 pm"}, "messages.quiet_from"),
        ({"quiet_until": "24:00"}, "messages.quiet_until"),
        ({"quiet": "drop"}, "messages.quiet"),
        ({"quiet": {"reply": "drop"}}, "reply"),
        ({"quiet": {"care": "later"}}, "messages.quiet.care"),
        ({"holidays": "new year"}, "messages.holidays"),
        ({"holidays": ["soon"]}, "messages.holidays"),
        ({"promotion_per_7d": -1}, "messages.promotion_per_7d"),
        ({"mass_per_month": 32}, "messages.mass_per_month"),
        ({"allowances": {"message": 5}}, "messages.allowances"),
        ({"allowances": [{"kind": "call", "seconds": 1}]}, "messages.allowances[0].kind"),
        ({"allowances": [{"kind": "scan"}]}, "messages.allowances[0].seconds"),
        ({"allowances": [{"kind": "scan", "seconds": 1}] * 2}, "messages.allowances"),
        ({"caps": 3}, "messages.caps"),
    ],
)
def test_what_cannot_be_meant_is_refused(values: dict[str, Any], place: str) -> None:
    assert fault_of(**values).endswith(place)
