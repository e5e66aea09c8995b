"""The till door (收银接口): signatures, repeats, conflicts, tokens, member codes."""

import base64
import itertools
import json
import time
from typing import Any

import pytest

from tests.contract.bench import Bench
from tests.contract.client import numbers_in
from tests.contract.till import Said, purchase, token_of

CALLS = [
    *("/pos/v1/purchases", "/pos/v1/refunds", "/pos/v1/members/identify", "/pos/v1/quotes"),
    *("/pos/v1/coupons/7KQ2M9XWPA4D/redeem", "/pos/v1/coupons/7KQ2M9XWPA4D/release"),
    *("/pos/v1/wallet/holds", "/pos/v1/wallet/topups"),
    *("/pos/v1/wallet/holds/1/capture", "/pos/v1/wallet/holds/1/void"),
]
# They ask for nothing, and so take an empty body.
WITHOUT_FIELDS = ("/pos/v1/wallet/holds/1/capture", "/pos/v1/wallet/holds/1/void")
NO_JSON_OF_OURS = {
    "not closed": b"{",
    "no object": b"[]",
    "nothing": b"",
    "latin-1": '{"receipt_no": "é"}'.encode("latin-1"),
    "a key twice": b'{"amount_fen": 1, "amount_fen": 1}',
    "not a number": b'{"amount_fen": NaN}',
    "infinity": b'{"amount_fen": -Infinity}',
    "a point": b'{"amount_fen": 100.0}',
    "an exponent": b'{"amount_fen": 1e2}',
    "a number as text": b'{"amount_fen": "100"}',
    "yes for one": b'{"amount_fen": true}',
    "far too large": b'{"amount_fen": ' + b"9" * 400 + b"}",
    "half a letter": b'{"receipt_no": "\\ud83d"}',
    "a nul": b'{"receipt_no": "a\\u0000b"}',
    "deep": b'{"lines": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "a field of our own": b'{"note": "x"}',
}
CODES = {
    *("bad_request", "unauthorized", "forbidden", "not_found", "conflict", "gone"),
    *("too_large", "unprocessable", "busy", "rate_limited"),
}
PURCHASES = "/pos/v1/purchases"


def assert_error(said: Said, status: int, code: str) -> None:
    assert said.status == status, said.raw
    assert set(said.body["error"]) >= {"code", "message", "request_id"}
    assert said.body["error"]["code"] == code
    assert code in CODES


async def test_a_purchase_answers_with_points_and_a_token_of_contract_5(bench: Bench) -> None:
    sold = await bench.till().sell(3200)
    assert (sold.status, sold.is_replay) == (201, False)
    assert sold.body["points_earned"] == 32
    assert {"purchase_id", "receipt_text"} <= set(sold.body)
    claim, enrolment = sold.body["claim"], bench.shop.enrolments["cd01-1"]
    assert claim["url"] == enrolment.claim_url + claim["token"]
    assert claim["expires_at"]
    fields = base64.urlsafe_b64decode(claim["token"] + "=")
    minutes, sequence = int.from_bytes(fields[9:12], "big"), int.from_bytes(fields[5:9], "big")
    assert sequence >= 2**31  # a sequence no till uses
    assert claim["token"] == token_of(enrolment, sequence, 3200, minutes=minutes)


async def test_a_repeated_purchase_gets_the_first_answer_again(bench: Bench) -> None:
    till, receipt = bench.till(), purchase(3200)
    first = await till.call(PURCHASES, receipt, at=0)
    other_spelling = json.dumps(dict(reversed(receipt.items())), indent=1).encode()
    for body in (receipt, other_spelling):
        again = await till.call(PURCHASES, body, at=1)
        assert (again.status, again.is_replay, again.body) == (200, True, first.body)


@pytest.mark.parametrize(
    "changed", [{"paid_fen": 3300}, {"receipt_seq": 77}, {"paid_at": "2026-01-01T10:00:00+08:00"}]
)
async def test_other_content_under_one_receipt_number_conflicts(
    bench: Bench, changed: dict[str, Any]
) -> None:
    till, receipt = bench.till(), purchase(3200)
    first = await till.call(PURCHASES, receipt)
    before = await bench.at_rest()
    assert_error(await till.call(PURCHASES, receipt | changed), 409, "conflict")
    assert await bench.holdings() == before
    assert (await till.call(PURCHASES, receipt)).body == first.body


async def test_one_sequence_under_two_receipt_numbers_conflicts(bench: Bench) -> None:
    till, sequence = bench.till(), bench.new_sequence()
    assert (await till.sell(3200, receipt_seq=sequence)).status == 201
    assert_error(await till.sell(3200, receipt_seq=sequence), 409, "conflict")


async def test_a_purchase_with_a_member_code_credits_at_once(bench: Bench) -> None:
    phone = await bench.member()
    code = await bench.member_code(phone)
    sold = await bench.till().sell(3200, member_code=code)
    assert sold.status == 201, sold.raw
    assert (sold.body["points_earned"], sold.body["points_balance"]) == (32, 82)
    assert {"member_no", "name_masked", "tier"} <= set(sold.body["member"])
    assert not sold.body.get("claim")
    assert "82" in await bench.points_of(phone)


async def test_a_member_code_serves_one_receipt(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    code = await bench.member_code(phone)
    receipt = purchase(3200, member_code=code)
    first = await till.call(PURCHASES, receipt, at=0)
    again = await till.call(PURCHASES, receipt, at=1)
    assert (again.status, again.body) == (200, first.body)
    assert_error(await till.sell(3200, member_code=code), 410, "gone")
    assert await bench.member_code(phone) != code
    assert_error(await till.sell(3200, member_code="66" + "0" * 16), 404, "not_found")
    assert "82" in await bench.points_of(phone)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": b"x" * 32},
        {"timestamp": int(time.time()) - 1000},
        {"timestamp": int(time.time()) + 1000},
        {"nonce": "short"},
        {"headers": {"X-Signature": ""}},
        {"headers": {"X-Till": "nobody"}},
    ],
    ids=["key", "too old", "too new", "nonce", "signature", "till"],
)
async def test_a_request_not_signed_by_the_till_is_refused(
    bench: Bench, wrong: dict[str, Any]
) -> None:
    before = await bench.at_rest()
    assert_error(await bench.till().call(PURCHASES, purchase(3200), **wrong), 401, "unauthorized")
    assert await bench.holdings() == before


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        json.dumps(purchase(-1)).encode(),
        json.dumps(purchase(3200) | {"paid_fen": "3200"}).encode(),
        json.dumps(purchase(3200) | {"paid_fen": 32.5}).encode(),
        json.dumps(purchase(3200) | {"paid_fen": float("nan")}).encode(),
        json.dumps(purchase(3200) | {"paid_at": "yesterday"}).encode(),
        json.dumps(purchase(3200) | {"receipt_seq": -1}).encode(),
        json.dumps(purchase(3200) | {"receipt_no": "a\u0000b"}).encode(),
        json.dumps(purchase(10**30)).encode(),
        b'{"receipt_no": "\\ud83d"}',
        b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
    ids=itertools.count(),
)
async def test_a_purchase_that_makes_no_sense_is_refused(bench: Bench, body: bytes) -> None:
    said = await bench.till().call(PURCHASES, body)
    assert said.status in (400, 422), said.raw
    assert said.body["error"]["code"] in ("bad_request", "unprocessable")


async def test_a_body_over_256_kilobytes_is_too_large(bench: Bench) -> None:
    body = json.dumps(purchase(3200) | {"note": "x" * 300_000}).encode()
    assert_error(await bench.till().call(PURCHASES, body), 413, "too_large")


@pytest.mark.parametrize("path", CALLS)
async def test_every_call_takes_strict_json_only(bench: Bench, path: str) -> None:
    till, before = bench.till(), await bench.at_rest()
    for name, body in NO_JSON_OF_OURS.items():
        if not body and path in WITHOUT_FIELDS:
            continue
        said = await till.call(path, body, at=len(name))
        assert (said.status, said.body["error"]["code"]) == (400, "bad_request"), (name, said.raw)
    assert_error(await till.call(path, b" " * 262_145), 413, "too_large")
    assert_error(await till.call(path, b"{}", key=b"x" * 32), 401, "unauthorized")
    assert await bench.holdings() == before


async def test_the_description_of_the_door_needs_no_signature(bench: Bench) -> None:
    async with bench.session.get(bench.shop.urls[0] + "/pos/v1/openapi.json") as response:
        described = await response.json()
    assert described["openapi"].startswith("3.1")
    assert any(path.endswith("/purchases") for path in described["paths"])


async def test_a_till_enrolled_again_signs_with_the_new_key_only(bench: Bench) -> None:
    phone, old = await bench.member(), bench.till("cd01-2")
    token = (await old.sell(3200)).body["claim"]["token"]
    before = bench.shop.enrolments["cd01-2"]
    after = bench.shop.enrol("cd01-2")
    assert (after.till_no, after.epoch) == (before.till_no, before.epoch + 1)
    assert after.key != before.key
    assert_error(await old.sell(3200), 401, "unauthorized")
    assert (await bench.till("cd01-2").sell(3200)).status == 201
    assert "82" in numbers_in(await phone.says(token))
