"""POST /quotes and POST /members/identify at the till door."""

from typing import Any

import pytest

from tests.contract.till import Said
from tests.handlers.pos.counter import PURCHASES, Counter, error_of
from tests.handlers.pos.test_purchases import code_of

QUOTES, IDENTIFY = "/pos/v1/quotes", "/pos/v1/members/identify"
LINE = {"sku": "latte", "name": "拿铁", "category": "咖啡", "quantity": 1, "amount_fen": 6000}


async def quote(counter: Counter, **asked: Any) -> Said:
    return await counter.report({"lines": [LINE], **asked}, path=QUOTES)


async def test_a_basket_is_identified_quoted_and_paid_as_quoted(counter: Counter) -> None:
    code = await code_of(counter, "小李")
    known = await counter.report({"member_code": code}, path=IDENTIFY)
    [coupon] = known.body["coupons"]
    assert (known.status, coupon["usable"], known.body["points_balance"]) == (200, True, 82)
    told = await quote(counter, member_code=code, coupon_codes=[coupon["code"]])
    assert (told.status, told.body["total_fen"], told.body["payable_fen"]) == (200, 6000, 5000)
    assert told.body["steps"] == [{"kind": "coupon", "label": "新人券", "amount_fen": -1000}]
    basket = counter.basket(5000) | {"lines": [LINE], "quote_id": told.body["quote_id"]}
    paid = await counter.report(basket, path=PURCHASES)
    assert (paid.status, paid.body["points_earned"]) == (201, 50)
    assert (await counter.report(basket)).is_replay
    other = counter.basket(5000) | {"lines": [LINE], "quote_id": told.body["quote_id"]}
    assert error_of(await counter.report(other)) == (409, "conflict")


async def test_a_coupon_under_its_threshold_tells_the_gap(counter: Counter) -> None:
    code = await code_of(counter, "小李")
    [coupon] = (await counter.report({"member_code": code}, path=IDENTIFY)).body["coupons"]
    cheap = {**LINE, "amount_fen": 3200}
    told = await quote(
        counter, lines=[cheap], member_code=code, coupon_codes=[coupon["code"]], points=None
    )
    assert told.body["payable_fen"] == 3200
    named = {"code": coupon["code"], "name": coupon["name"]}
    assert told.body["unused"] == [named | {"reason": "threshold", "gap_fen": 1800}]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ({"lines": []}, (400, "bad_request")),
        ({"lines": [{**LINE, "quantity": 0}]}, (400, "bad_request")),
        ({"lines": [LINE] * 501}, (400, "bad_request")),
        ({"coupon_codes": "ABC"}, (400, "bad_request")),
        ({"coupon_codes": [1]}, (400, "bad_request")),
        ({"coupon_codes": ["A"] * 21}, (400, "bad_request")),
        ({"points": -1}, (400, "bad_request")),
        ({"stored_fen": True}, (400, "bad_request")),
        ({"coupon": "ABC"}, (400, "bad_request")),
        ({"points": 100}, (422, "unprocessable")),
        ({"lines": [{**LINE, "amount_fen": -1}]}, (422, "unprocessable")),
        ({"member_code": "12"}, (404, "not_found")),
    ],
)
async def test_what_cannot_be_quoted_is_refused(
    counter: Counter, asked: dict[str, Any], answered: tuple[int, str]
) -> None:
    before = await counter.shop.holdings()
    assert error_of(await quote(counter, **asked)) == answered
    assert await counter.shop.holdings() == before


async def test_five_hundred_lines_are_quoted(counter: Counter) -> None:
    told = await quote(counter, lines=[LINE] * 500)
    assert (told.status, told.body["payable_fen"]) == (200, 3_000_000)


async def test_points_above_the_cap_are_refused_naming_the_most(counter: Counter) -> None:
    code = await code_of(counter, "小李")
    said = await quote(counter, member_code=code, points=100)
    assert error_of(said) == (422, "unprocessable")
    assert "82" in said.body["error"]["message"]


async def test_a_used_code_identifies_nobody(counter: Counter) -> None:
    code = await code_of(counter, "小李")
    assert (await counter.report(counter.basket(member_code=code))).status == 201
    for path, body in ((IDENTIFY, {}), (QUOTES, {"lines": [LINE]})):
        said = await counter.report({**body, "member_code": code}, path=path)
        assert error_of(said) == (410, "gone")


@pytest.mark.parametrize("body", [{}, {"member_code": 66}, {"member_code": "x", "a": 1}, []])
async def test_identify_reads_one_code_and_nothing_else(counter: Counter, body: Any) -> None:
    assert error_of(await counter.report(body, path=IDENTIFY)) == (400, "bad_request")
