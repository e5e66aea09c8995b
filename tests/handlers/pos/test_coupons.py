"""POST /coupons/{code}/redeem and /release: what a till is answered."""

from typing import Any

import pytest

from handlers.pos.routes import OPENAPI
from loyalty.coupon_codes import coupon_code
from tests.cast import CAST
from tests.contract.till import Said
from tests.handlers.pos.counter import Counter, error_of
from tests.handlers.pos.described import faults_of, resolved
from tests.handlers.pos.test_purchases import code_of
from tests.services.couponing import give_coupon, uses_of

LI = CAST["小李"].openid
TEN_OFF = {"code": "ten", "name": "十元券", "kind": "money_off", "amount_fen": 1000, "valid": "9d"}


async def ask(
    counter: Counter, what: str, code: str, receipt_no: str = "R-1", **other: Any
) -> Said:
    path = f"/pos/v1/coupons/{code}/{what}"
    return await counter.report({"receipt_no": receipt_no}, path=path, **other)


async def test_a_coupon_is_redeemed_once_and_told_again(counter: Counter) -> None:
    code = await give_coupon(counter.shop.shop, LI)
    said = await ask(counter, "redeem", code)
    assert (said.status, said.is_replay) == (200, False)
    assert said.body["item"] == "cake"
    again = await ask(counter, "redeem", code.lower())
    assert (again.status, again.is_replay, again.body) == (200, True, said.body)
    elsewhere = await ask(counter, "redeem", code, till="cd01-2")
    assert error_of(elsewhere) == (409, "conflict")
    assert elsewhere.body["error"]["message"] == "蛋糕券已经用过"


async def test_a_release_frees_it_for_another_receipt(counter: Counter) -> None:
    code = await give_coupon(counter.shop.shop, LI)
    assert error_of(await ask(counter, "release", code)) == (404, "not_found")
    await ask(counter, "redeem", code)
    for is_replay in (False, True):
        said = await ask(counter, "release", code)
        assert (said.status, said.is_replay, said.body["state"]) == (200, is_replay, "released")
    assert (await ask(counter, "redeem", code, "R-2")).status == 200


async def test_after_the_purchase_nothing_is_released(counter: Counter) -> None:
    code = await give_coupon(counter.shop.shop, LI)
    first = await ask(counter, "redeem", code)
    assert (await counter.report(counter.basket() | {"receipt_no": "R-1"})).status == 201
    assert error_of(await ask(counter, "release", code)) == (409, "conflict")
    assert (await ask(counter, "redeem", code)).body == first.body


async def test_only_a_full_refund_gives_it_back(counter: Counter) -> None:
    code = await give_coupon(counter.shop.shop, LI)
    await ask(counter, "redeem", code)
    await counter.report(counter.basket(3200) | {"receipt_no": "R-1"})
    for number, expected in ((1, 409), (2, 200)):
        refund = {
            "refund_no": f"B-{number}",
            "receipt_no": "R-1",
            "amount_fen": 1600,
            "refunded_at": counter.shop.shop.now().isoformat(),
        }
        assert (await counter.report(refund, path="/pos/v1/refunds")).status == 201
        assert (await ask(counter, "redeem", code, f"R-{number + 1}")).status == expected


async def test_a_quote_takes_its_coupon_when_it_is_paid(counter: Counter) -> None:
    code = await give_coupon(counter.shop.shop, LI, TEN_OFF)
    lines = counter.basket(8000)["lines"]
    quote = {"lines": lines, "coupon_codes": [code], "member_code": await code_of(counter, "小李")}
    quoted = (await counter.report(quote, path="/pos/v1/quotes")).body
    assert quoted["payable_fen"] == 7000
    paid = counter.basket(8000) | {"lines": lines, "paid_fen": 7000, "receipt_no": "R-1"}
    said = await counter.report(paid | {"quote_id": quoted["quote_id"]})
    assert said.status == 201, said.body
    assert error_of(await ask(counter, "redeem", code, "R-2")) == (409, "conflict")
    assert await uses_of(code) == [("R-1", "used")]


async def test_what_is_not_good_here_says_why(counter: Counter) -> None:
    code = await give_coupon(counter.shop.shop, LI, stores=["cq01"])
    said = await ask(counter, "redeem", code)
    assert error_of(said) == (422, "unprocessable")
    assert said.body["error"]["message"] == "蛋糕券现在不能用：这家门店不适用"


@pytest.mark.parametrize("code", [coupon_code(b"1234567"), "x", "%20", "%00", "%E5%88%B8" * 12])
async def test_a_code_that_is_none_is_unknown(counter: Counter, code: str) -> None:
    assert error_of(await ask(counter, "redeem", code)) == (404, "not_found")


async def test_guessing_codes_is_stopped(counter: Counter) -> None:
    for _ in range(60):
        assert (await ask(counter, "redeem", "x")).status == 404
    assert error_of(await ask(counter, "redeem", "x")) == (429, "rate_limited")


@pytest.mark.parametrize(
    "body", [{}, [], {"receipt_no": ""}, {"receipt_no": 1}, {"receipt_no": "R", "more": 1}]
)
async def test_a_body_that_is_not_as_described_is_a_bad_request(
    counter: Counter, body: object
) -> None:
    code = await give_coupon(counter.shop.shop, LI)
    said = await counter.report(body, path=f"/pos/v1/coupons/{code}/redeem")
    assert error_of(said) == (400, "bad_request")


@pytest.mark.parametrize("what", ["redeem", "release"])
async def test_answers_are_as_described(counter: Counter, what: str) -> None:
    code = await give_coupon(counter.shop.shop, LI)
    await ask(counter, "redeem", code)
    for said in (await ask(counter, what, code), await ask(counter, what, "x")):
        responses = OPENAPI["paths"][f"/pos/v1/coupons/{{code}}/{what}"]["post"]["responses"]
        answer = resolved(responses[str(said.status)])["content"]["application/json"]["schema"]
        assert faults_of(said.body, answer, "answer") == []
