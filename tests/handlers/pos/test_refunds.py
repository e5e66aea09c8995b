"""退货 at the till door: fields, statuses and repeats of POST /refunds."""

from typing import Any

import pytest

from tests.handlers.pos.counter import Counter, error_of
from tests.handlers.pos.test_purchases import code_of

REFUNDS = "/pos/v1/refunds"
LATTE = {"sku": "latte", "quantity": 1, "amount_fen": 3200}


def a_refund(counter: Counter, receipt_no: str, **facts: Any) -> dict[str, Any]:
    body = {
        "refund_no": "F-1",
        "receipt_no": receipt_no,
        "refunded_at": counter.shop.shop.now().isoformat(),
    }
    return body | (facts or {"amount_fen": 3200})


async def sold(counter: Counter, **facts: Any) -> str:
    """The number of a receipt of 32 yuan, reported a moment ago."""
    basket = counter.basket(**facts)
    assert (await counter.report(basket)).status == 201
    return str(basket["receipt_no"])


async def test_a_refund_of_a_members_purchase(counter: Counter) -> None:
    receipt_no = await sold(counter, member_code=await code_of(counter, "小李"))
    said = await counter.report(a_refund(counter, receipt_no), path=REFUNDS)
    assert said.status == 201
    assert set(said.body) == {
        *("refund_id", "points_reversed", "points_debt", "points_balance"),
        *("refunded_fen", "stored_fen", "receipt_text"),
    }
    assert (said.body["points_reversed"], said.body["points_debt"]) == (32, 0)


async def test_a_refund_without_a_member_says_nothing_of_a_balance(counter: Counter) -> None:
    said = await counter.report(a_refund(counter, await sold(counter)), path=REFUNDS)
    assert said.status == 201
    assert "points_balance" not in said.body
    assert (said.body["points_reversed"], said.body["refunded_fen"]) == (0, 3200)


async def test_a_refund_repeated_and_one_changed(counter: Counter) -> None:
    body = a_refund(counter, await sold(counter))
    first = await counter.report(body, path=REFUNDS)
    again = await counter.report(dict(reversed(body.items())), path=REFUNDS)
    assert (again.status, again.is_replay, again.raw) == (200, True, first.raw)
    changed = await counter.report(body | {"amount_fen": 1}, path=REFUNDS)
    assert error_of(changed) == (409, "conflict")


async def test_a_refund_waits_for_its_sale(counter: Counter) -> None:
    basket = counter.basket(member_code=await code_of(counter, "小李"))
    body = a_refund(counter, basket["receipt_no"])
    waiting = await counter.report(body, path=REFUNDS)
    assert (waiting.status, waiting.body["state"]) == (202, "waiting_for_sale")
    still = await counter.report(body, path=REFUNDS)
    assert (still.status, still.is_replay, still.body) == (200, True, waiting.body)
    assert (await counter.report(basket)).status == 201
    done = await counter.report(body, path=REFUNDS)
    assert (done.status, done.is_replay) == (200, True)
    assert (done.body["refund_id"], done.body["points_reversed"]) == (waiting.body["refund_id"], 32)


async def test_more_than_the_sale_is_unprocessable(counter: Counter) -> None:
    receipt_no = await sold(counter)
    for facts in ({"amount_fen": 3201}, {"lines": [LATTE, LATTE]}):
        said = await counter.report(a_refund(counter, receipt_no, **facts), path=REFUNDS)
        assert error_of(said) == (422, "unprocessable")


async def test_what_waited_for_a_smaller_sale_is_unprocessable(counter: Counter) -> None:
    basket = counter.basket()
    body = a_refund(counter, basket["receipt_no"], amount_fen=3201)
    assert (await counter.report(body, path=REFUNDS)).status == 202
    await counter.report(basket)
    assert error_of(await counter.report(body, path=REFUNDS)) == (422, "unprocessable")


async def test_a_sale_of_another_till_is_not_this_tills(counter: Counter) -> None:
    receipt_no = await sold(counter)
    body = a_refund(counter, receipt_no)
    said = await counter.report(body, path=REFUNDS, till="cd01-2")
    assert said.status == 202


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"amount_fen": 1, "lines": [LATTE]}, "amount_fen or lines must be given"),
        ({"amount_fen": None}, "amount_fen or lines must be given"),
        ({"amount_fen": 0}, "amount_fen must be a whole number"),
        ({"amount_fen": "1"}, "amount_fen must be a whole number"),
        ({"lines": []}, "lines must be a list of 1 to 500"),
        ({"lines": [LATTE | {"quantity": 0}]}, "lines[0].quantity must be a whole number"),
        ({"lines": [LATTE | {"name": "latte"}]}, "lines[0].name is not known here"),
        ({"amount_fen": 1, "refund_no": ""}, "refund_no must be a text"),
        ({"amount_fen": 1, "refunded_at": "today"}, "refunded_at must be ISO 8601"),
        ({"amount_fen": 1, "reason": "cold"}, "reason is not known here"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_fault_names_its_field(counter: Counter, facts: dict[str, Any], named: str) -> None:
    said = await counter.report(a_refund(counter, "R-1", **facts), path=REFUNDS)
    assert error_of(said) == (400, "bad_request")
    assert named in said.body["error"]["message"]
