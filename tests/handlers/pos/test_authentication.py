"""收银台的签名: one answer to everything that does not prove to be a till of ours."""

import json
from typing import Any

import pytest

from services.org.tills import enrol_till
from tests.handlers.pos.counter import PURCHASES, Counter, error_of

UNAUTHORIZED = (401, "unauthorized")
HEADERS = ("X-Till", "X-Timestamp", "X-Nonce", "X-Signature")


@pytest.mark.parametrize("missing", HEADERS)
async def test_no_header_may_be_missing_or_empty(counter: Counter, missing: str) -> None:
    body = json.dumps(counter.basket()).encode()
    headers = counter.tills["cd01-1"].signed("POST", PURCHASES, body, timestamp=counter.now_seconds)
    before = await counter.shop.holdings()
    without = {name: value for name, value in headers.items() if name != missing}
    for given in (without, headers | {missing: ""}):
        assert error_of(await counter.send(body, given)) == UNAUTHORIZED
    assert await counter.shop.holdings() == before
    assert (await counter.send(body, headers)).status == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": b"x" * 32},
        {"nonce": "n" * 15},
        {"nonce": "n" * 65},
        {"headers": {"X-Till": "cd01-2"}},
        {"headers": {"X-Till": "nobody"}},
        {"headers": {"X-Till": "' OR 1=1 --"}},
        {"headers": {"X-Timestamp": "1e9"}},
        {"headers": {"X-Timestamp": "-1"}},
        {"headers": {"X-Timestamp": "9" * 13}},
        {"headers": {"X-Timestamp": "9" * 5000}},
        {"headers": {"X-Nonce": "m" * 32}},
        {"headers": {"X-Signature": "0" * 64}},
        {"headers": {"X-Signature": "签" * 64}},
    ],
    ids=lambda wrong: str(wrong)[:60],
)
async def test_a_wrong_header_is_refused_like_any_other(
    counter: Counter, wrong: dict[str, Any]
) -> None:
    before = await counter.shop.holdings()
    said = await counter.report(counter.basket(), **wrong)
    assert error_of(said) == UNAUTHORIZED
    assert said.body["error"]["message"] == "签名不对"
    assert await counter.shop.holdings() == before


@pytest.mark.parametrize(
    ("seconds", "status"), [(-301, 401), (-300, 201), (0, 201), (300, 201), (301, 401)]
)
async def test_a_tills_clock_may_be_five_minutes_off(
    counter: Counter, seconds: int, status: int
) -> None:
    said = await counter.report(counter.basket(), timestamp=counter.now_seconds + seconds)
    assert said.status == status


@pytest.mark.parametrize("length", [16, 64])
async def test_nonces_of_either_limit_are_good(counter: Counter, length: int) -> None:
    assert (await counter.report(counter.basket(), nonce="n" * length)).status == 201


async def test_the_signature_covers_method_path_query_and_body(counter: Counter) -> None:
    till, body = counter.tills["cd01-1"], json.dumps(counter.basket()).encode()
    moment = counter.now_seconds
    for method, path, signed_body in (
        ("PUT", PURCHASES, body),
        ("POST", f"{PURCHASES}?a=1", body),
        ("POST", "/pos/v1/refunds", body),
        ("POST", PURCHASES, body + b" "),
    ):
        headers = till.signed(method, path, signed_body, timestamp=moment)
        assert error_of(await counter.send(body, headers)) == UNAUTHORIZED
    asking = f"{PURCHASES}?from=%E6%88%90%E9%83%BD&x"
    headers = till.signed("POST", asking, body, timestamp=moment)
    assert (await counter.send(body, headers, asking)).status == 201


async def test_who_is_asked_before_what_they_send_is_read(counter: Counter) -> None:
    for body in (b"{", b"[" * 100_000, json.dumps({"paid_fen": -1}).encode()):
        assert error_of(await counter.report(body, key=b"x" * 32)) == UNAUTHORIZED


async def test_failures_of_a_stranger_keep_no_till_out_and_are_reported(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(11):
        assert error_of(await counter.report(counter.basket(), key=b"x" * 32)) == UNAUTHORIZED
    assert (await counter.report(counter.basket())).status == 201
    assert "till_attacked" in caplog.text


async def test_after_a_new_enrolment_the_old_key_signs_nothing(counter: Counter) -> None:
    enrolment = await enrol_till(counter.shop.shop, "cd01-1")
    assert error_of(await counter.report(counter.basket())) == UNAUTHORIZED
    key = bytes.fromhex(str(enrolment["key"]))
    assert (await counter.report(counter.basket(), key=key)).status == 201


@pytest.mark.parametrize("path", ["/pos/v1/", "/pos/v1/purchase", "/pos/v1/purchases/7"])
async def test_there_are_no_other_calls(counter: Counter, path: str) -> None:
    assert error_of(await counter.report(counter.basket(), path=path)) == (404, "not_found")
