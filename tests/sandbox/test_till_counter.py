"""The till's other calls: who is there, what it costs, stored value, coupons, giving back."""

from typing import Any

import pytest

from tests.sandbox.rig import Rig
from tests.sandbox.till_door import ONE_LATTE, TillDoor

TWO_LATTES: dict[str, Any] = {"lines": [{"sku": "latte", "quantity": 2}]}


async def _sold(till: Rig, door: TillDoor) -> str:
    """The number of a sale of two lattes."""
    number = str((await till.tell("till/purchases", **TWO_LATTES))["receipt_no"])
    door.answer = {"refunded_fen": 3200, "receipt_text": "退货 32.00 元"}
    return number


async def test_a_member_code_is_read_and_the_shops_answer_told(till: Rig, door: TillDoor) -> None:
    door.status, door.answer = 200, {"member_no": "80000018"}
    told = await till.tell("till/identify", member_code="66")
    assert door.heard == ("members/identify", {"member_code": "66"})
    assert (told["status"], told["answer"]) == (200, {"member_no": "80000018"})


async def test_a_quote_asks_only_for_what_is_wanted(till: Rig, door: TillDoor) -> None:
    await till.tell("till/quotes", **ONE_LATTE, points=0, coupon_codes=[])
    call, asked = door.heard
    assert (call, set(asked)) == ("quotes", {"lines"})
    await till.tell("till/quotes", **ONE_LATTE, member_code="66", points=100, stored_fen=5)
    _, asked = door.heard
    assert (asked["member_code"], asked["points"], asked["stored_fen"]) == ("66", 100, 5)


async def test_a_quoted_basket_is_paid_at_its_price(till: Rig, door: TillDoor) -> None:
    steps = [{"kind": "tier", "label": "银卡会员", "amount_fen": -64}]
    await till.tell("till/purchases", **ONE_LATTE, quote_id="q", paid_fen=3136, steps=steps)
    _, sale = door.heard
    assert (sale["quote_id"], sale["paid_fen"], sale["lines"][0]["amount_fen"]) == ("q", 3136, 3200)
    assert (await till.ask("till/receipts"))["receipts"][0]["steps"] == steps


async def test_stored_value_is_held_for_the_receipt_that_is_paid_next(
    till: Rig, door: TillDoor
) -> None:
    held = await till.tell("till/holds", member_code="66", amount_fen=3200)
    assert door.heard[0] == "wallet/holds"
    await till.tell("till/purchases", **ONE_LATTE, receipt_no=held["receipt_no"])
    assert door.heard[1]["receipt_no"] == held["receipt_no"]


@pytest.mark.parametrize("verb", ["capture", "void"])
async def test_a_hold_is_ended_by_its_number(till: Rig, door: TillDoor, verb: str) -> None:
    await till.tell(f"till/holds/12/{verb}")
    assert door.heard == (f"wallet/holds/12/{verb}", {})


@pytest.mark.parametrize("verb", ["redeem", "release"])
async def test_a_coupon_is_used_for_a_receipt_by_its_code(
    till: Rig, door: TillDoor, verb: str
) -> None:
    told = await till.tell(f"till/coupons/ABCD2345EFGH/{verb}")
    expected = (f"coupons/ABCD2345EFGH/{verb}", {"receipt_no": told["receipt_no"]})
    assert door.heard == expected


async def test_a_top_up_prints_a_slip_with_what_the_shop_says(till: Rig, door: TillDoor) -> None:
    door.answer = {"receipt_text": "充值 500.00 元"}
    await till.tell("till/topups", member_code="66", paid_fen=50000)
    assert (door.heard[0], door.heard[1]["paid_fen"]) == ("wallet/topups", 50000)
    slip = (await till.ask("till/receipts"))["receipts"][0]
    assert (slip["kind"], slip["amount_fen"]) == ("topup", 50000)
    assert slip["answer"]["receipt_text"] == "充值 500.00 元"


async def test_a_refund_of_nothing_named_gives_back_what_is_left(till: Rig, door: TillDoor) -> None:
    number = await _sold(till, door)
    await till.tell("till/refunds", receipt_no=number, lines=[{"sku": "latte", "quantity": 1}])
    assert door.heard[1]["lines"] == [{"sku": "latte", "quantity": 1, "amount_fen": 3200}]
    await till.tell("till/refunds", receipt_no=number)
    assert door.heard[1]["amount_fen"] == 3200
    receipts = (await till.ask("till/receipts"))["receipts"]
    kinds = [(slip["kind"], slip["amount_fen"]) for slip in receipts]
    assert kinds == [("refund", -3200), ("refund", -3200), ("sale", 6400)]
    assert receipts[2]["refunded_fen"] == 6400


async def test_a_refused_refund_prints_nothing(till: Rig, door: TillDoor) -> None:
    number = await _sold(till, door)
    door.status = 422
    assert (await till.tell("till/refunds", receipt_no=number))["status"] == 422
    assert len((await till.ask("till/receipts"))["receipts"]) == 1


async def test_only_a_sale_of_this_till_is_refunded(till: Rig, door: TillDoor) -> None:
    await till.tell("till/refunds", expect=404, receipt_no="nobody's")
    number = await _sold(till, door)
    strange = [{"sku": "tea", "quantity": 1}]
    await till.tell("till/refunds", expect=400, receipt_no=number, lines=strange)
