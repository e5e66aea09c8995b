"""A refusal (拒绝) carries what a door needs to answer, and nothing a log must not show."""

import pytest

from loyalty.refusals import Refusal


class ShopClosed(Refusal):
    wording = "shop/closed"
    status = 409


def test_a_refusal_brings_wording_status_code_and_facts() -> None:
    refusal = ShopClosed(opens_at="09:00")
    assert (refusal.wording, refusal.status, refusal.code) == ("shop/closed", 409, "conflict")
    assert refusal.facts == {"opens_at": "09:00"}


def test_facts_stay_out_of_the_text_that_logs_print() -> None:
    assert "13812345678" not in f"{ShopClosed(phone='13812345678')!r}"


def test_a_refusal_is_unprocessable_unless_it_says_otherwise() -> None:
    kind = type("TooFew", (Refusal,), {"wording": "shop/too_few"})
    assert (kind().status, kind().code) == (422, "unprocessable")


@pytest.mark.parametrize("faulty", [{"wording": "closed"}, {"wording": "a/b", "status": 418}])
def test_a_refusal_that_no_door_could_answer_is_refused_when_it_is_made(
    faulty: dict[str, object],
) -> None:
    with pytest.raises(AssertionError):
        type("Faulty", (Refusal,), faulty)
