"""收银台的字段: every fault names its field, so that a till's programmer finds it."""

import json
from typing import Any

import pytest

from tests.handlers.pos.counter import Counter, error_of

LINE = {"sku": "latte", "name": "拿铁", "category": "咖啡", "quantity": 1, "amount_fen": 3200}
MILLION = 100_000_000


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in LINE.items() if key != name}


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"receipt_no": ""}, "receipt_no must be a text"),
        ({"receipt_no": "R" * 65}, "receipt_no must be a text"),
        ({"receipt_no": 7}, "receipt_no must be a text"),
        ({"receipt_no": None}, "receipt_no must be a text"),
        ({"receipt_no": "R\n7"}, "receipt_no must be a text"),
        ({"receipt_no": "R\u202e7"}, "receipt_no must be a text"),
        ({"receipt_seq": -1}, "receipt_seq must be a whole number"),
        ({"receipt_seq": 2**31}, "receipt_seq must be a whole number"),
        ({"receipt_seq": "7"}, "receipt_seq must be a whole number"),
        ({"receipt_seq": True}, "receipt_seq must be a whole number"),
        ({"paid_fen": -1}, "paid_fen must be a whole number"),
        ({"paid_fen": MILLION + 1}, "paid_fen must be a whole number"),
        ({"paid_fen": "3200"}, "paid_fen must be a whole number"),
        ({"paid_fen": None}, "paid_fen must be a whole number"),
        ({"paid_at": "2027-01-11T10:00:00"}, "paid_at must be ISO 8601 with offset"),
        ({"paid_at": "2027-01-11"}, "paid_at must be ISO 8601 with offset"),
        ({"paid_at": "2026-W47-1T00:00:00+00:00"}, "paid_at must be ISO 8601 with offset"),
        ({"paid_at": "2027-01-11T10:00:00+08:00:01"}, "paid_at must be ISO 8601 with offset"),
        ({"paid_at": "yesterday"}, "paid_at must be ISO 8601 with offset"),
        ({"paid_at": 1800000000}, "paid_at must be ISO 8601 with offset"),
        ({"paid_at": "0001-01-01T00:00:00+08:00"}, "paid_at must lie between"),
        ({"paid_at": "9999-12-31T23:59:59-08:00"}, "paid_at must lie between"),
        ({"member_code": 66}, "member_code must be a text"),
        ({"member_code": "6" * 65}, "member_code must be a text"),
        ({"lines": []}, "lines must be a list of 1 to 500"),
        ({"lines": [LINE] * 501}, "lines must be a list of 1 to 500"),
        ({"lines": {"0": LINE}}, "lines must be a list of 1 to 500"),
        ({"lines": ["latte"]}, "lines[0] must be an object"),
        ({"lines": [LINE, without("sku")]}, "lines[1].sku is missing"),
        ({"lines": [LINE | {"name": "拿" * 201}]}, "lines[0].name must be a text"),
        ({"lines": [LINE | {"category": ""}]}, "lines[0].category must be a text"),
        ({"lines": [LINE | {"quantity": 0}]}, "lines[0].quantity must be a whole number"),
        ({"lines": [LINE | {"quantity": 1_000_001}]}, "lines[0].quantity must be"),
        ({"lines": [LINE | {"amount_fen": MILLION + 1}]}, "lines[0].amount_fen must be"),
        ({"lines": [LINE | {"amount_fen": -MILLION - 1}]}, "lines[0].amount_fen must be"),
        ({"lines": [LINE | {"price": 1}]}, "lines[0].price is not known here"),
        ({"receipt_number": "R7"}, "receipt_number is not known here"),
        ({"x" * 5000: 1}, "is not known here"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_fault_names_its_field(counter: Counter, facts: dict[str, Any], named: str) -> None:
    before = await counter.shop.holdings()
    said = await counter.report(counter.basket() | facts)
    assert error_of(said) == (400, "bad_request")
    assert named in said.body["error"]["message"]
    assert len(said.raw) < 400
    assert await counter.shop.holdings() == before


@pytest.mark.parametrize("name", ["receipt_no", "paid_at", "paid_fen", "lines"])
async def test_a_field_that_must_be_there_is_missed_by_name(counter: Counter, name: str) -> None:
    basket = {key: value for key, value in counter.basket().items() if key != name}
    said = await counter.report(basket)
    assert error_of(said) == (400, "bad_request")
    assert said.body["error"]["message"] == f"{name} is missing"


@pytest.mark.parametrize(
    "facts",
    [
        {"receipt_no": "单" * 64},
        {"receipt_seq": 0},
        {"receipt_seq": 2**31 - 1},
        {"receipt_seq": None, "member_code": None, "quote_id": None},
        {"paid_fen": 0},
        {"paid_fen": MILLION},
        {"paid_at": "2027-01-11T10:00:00.123456+08:00"},
        {"paid_at": "2027-01-11T02:00:00Z"},
        {"lines": [LINE] * 500},
        {"lines": [LINE | {"amount_fen": -3200, "quantity": 1_000_000}]},
        {"lines": [LINE | {"name": "🧧" * 200}]},
    ],
    ids=lambda facts: str(facts)[:40],
)
async def test_what_lies_within_its_limits_is_taken(
    counter: Counter, facts: dict[str, Any]
) -> None:
    assert (await counter.report(counter.basket() | facts)).status == 201


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"receipt_no": "R1", "receipt_no": "R2"}',
        b'{"paid_fen": 32.00}',
        b'{"paid_fen": NaN}',
        b'{"paid_fen": 1e999}',
        b'{"paid_fen": ' + b"9" * 5000 + b"}",
        b'{"receipt_no": "\\ud83d"}',
        b'{"receipt_no": "a\\u0000b"}',
        b"[]",
        b'"R1"',
        b"null",
    ],
    ids=lambda body: body[:30].decode(errors="replace"),
)
async def test_what_is_not_our_json_is_refused(counter: Counter, body: bytes) -> None:
    assert error_of(await counter.report(body)) == (400, "bad_request")


async def test_a_body_may_have_256_kilobytes(counter: Counter) -> None:
    basket = json.dumps(counter.basket()).encode()
    full = basket + b" " * (256 * 1024 - len(basket))
    assert (await counter.report(full)).status == 201
    assert error_of(await counter.report(full + b" ")) == (413, "too_large")
    assert error_of(await counter.report(full * 4)) == (413, "too_large")
