"""Identify (识别) and quotes (报价): what a basket costs, and that it is done as it was told."""

from fractions import Fraction
from math import floor
from typing import Any

import pytest

from tests.contract.bench import Bench
from tests.contract.client import Phone
from tests.contract.rig import scale, seed
from tests.contract.test_till_door import assert_error
from tests.contract.till import line, purchase

TEA_PERCENT, SILVER_PERCENT = 88, 95


def left_of(amount_fen: int, percent: int) -> int:
    """Contract 6: eligible times percent by a hundred, half up to the fen."""
    return floor(Fraction(amount_fen * percent, 100) + Fraction(1, 2))


async def coupon_of(bench: Bench, phone: Phone) -> str:
    known = await bench.till().identify(await bench.member_code(phone))
    [coupon] = known.body["coupons"]
    return str(coupon["code"])


def assert_adds_up(quoted: dict[str, Any]) -> None:
    off = [step["amount_fen"] for step in quoted["steps"]]
    assert all(amount < 0 for amount in off)
    assert quoted["total_fen"] + sum(off) == quoted["payable_fen"] >= 0
    assert quoted["stored_fen"] + quoted["rest_fen"] == quoted["payable_fen"]


async def test_a_till_learns_who_shows_a_code_and_the_code_stays_good(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    code = await bench.member_code(phone)
    first, second = await till.identify(code, at=0), await till.identify(code, at=1)
    assert (first.status, first.body) == (200, second.body)
    assert first.body["discount_percent"] == 100
    assert (first.body["points_balance"], first.body["stored_fen"]) == (50, 0)
    [coupon] = first.body["coupons"]
    assert (coupon["name"], coupon["usable"], coupon["reason"]) == ("新人券", True, None)
    sold = await till.sell(3200, member_code=code)
    assert sold.body["member"]["member_no"] == first.body["member_no"]
    assert_error(await till.identify(code), 410, "gone")
    assert_error(await till.identify("66" + "1" * 16), 404, "not_found")


async def test_a_basket_is_paid_as_it_was_quoted(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    await till.sell(20_000, member_code=await bench.member_code(phone))
    code, coupon = await bench.member_code(phone), await coupon_of(bench, phone)
    asked = {"member_code": code, "coupon_codes": [coupon], "points": 200}
    quoted = await till.quote([line(6000)], at=1, **asked)
    assert quoted.status == 200, quoted.raw
    assert_adds_up(quoted.body)
    steps = [(step["kind"], step["amount_fen"]) for step in quoted.body["steps"]]
    assert steps == [("coupon", -1000), ("points", -200)]
    bought = purchase(4800, lines=[line(6000)], quote_id=quoted.body["quote_id"])
    first = await till.call("/pos/v1/purchases", bought, at=0)
    again = await till.call("/pos/v1/purchases", bought, at=1)
    assert (first.status, first.body["points_earned"], first.body["points_balance"]) == (
        201,
        48,
        98,
    )
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    assert "98" in await bench.points_of(phone)
    assert_error(await till.coupon("redeem", coupon, "another"), 409, "conflict")
    other = purchase(4800, lines=[line(6000)], quote_id=quoted.body["quote_id"])
    assert_error(await till.call("/pos/v1/purchases", other), 409, "conflict")


async def test_what_is_not_as_quoted_is_refused_and_writes_nothing(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    quoted = await till.quote([line(6000)], member_code=await bench.member_code(phone))
    number, before = quoted.body["quote_id"], await bench.at_rest()
    for lines, paid_fen in (([line(6000)], 5999), ([line(5999)], 6000), ([line(6000)] * 2, 6000)):
        refused = await till.sell(paid_fen, lines=lines, quote_id=number)
        assert_error(refused, 422, "unprocessable")
    stranger = await bench.till("cd01-3").sell(6000, lines=[line(6000)], quote_id=number)
    assert_error(stranger, 404, "not_found")
    assert await bench.holdings() == before


async def test_a_quote_binds_nothing(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    code, coupon = await bench.member_code(phone), await coupon_of(bench, phone)
    asked = {"member_code": code, "coupon_codes": [coupon]}
    first, second = [await till.quote([line(6000)], at=at, **asked) for at in (0, 1)]
    assert first.body["payable_fen"] == second.body["payable_fen"] == 5000
    assert first.body["quote_id"] != second.body["quote_id"]
    assert (await till.identify(code)).body["coupons"][0]["usable"]


@pytest.mark.parametrize(
    ("category", "percent", "kind"),
    [("茶饮", TEA_PERCENT, "promotion"), ("咖啡", SILVER_PERCENT, "tier")],
)
async def test_percent_is_half_up_once_a_step(
    bench: Bench, category: str, percent: int, kind: str
) -> None:
    phone, till = await bench.member(), bench.till()
    if kind == "tier":
        sold = await till.sell(50_000, member_code=await bench.member_code(phone))
        assert sold.body["member"]["tier"] == "silver"
    code, halves = await bench.member_code(phone), [[10], [30], [50], [5, 5], [25, 125], [1], [99]]
    start = seed()
    mixed = [[(start + n * 7919) % 9973 + 1, n * 13 + 1] for n in range(scale(20))]
    for amounts in halves + mixed:
        lines = [line(amount, category) for amount in amounts]
        quoted = (await till.quote(lines, member_code=code)).body
        assert quoted["payable_fen"] == left_of(sum(amounts), percent), (amounts, quoted)
        assert {step["kind"] for step in quoted["steps"]} <= {kind}
        assert_adds_up(quoted)


async def test_why_a_coupon_is_left_and_what_is_missing(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    code, coupon = await bench.member_code(phone), await coupon_of(bench, phone)
    asked: dict[str, Any] = {"member_code": code, "coupon_codes": [coupon, "7KQ2M9XWPA4D"]}
    quoted = (await till.quote([line(3200)], **asked)).body
    left = {one["code"]: (one["reason"], one["gap_fen"]) for one in quoted["unused"]}
    assert left == {coupon: ("threshold", 1800), "7KQ2M9XWPA4D": ("unknown", 0)}
    assert (quoted["payable_fen"], quoted["best"]["payable_fen"]) == (3200, 3200)


async def test_the_best_price_is_told_though_nobody_asked(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    await till.sell(20_000, member_code=await bench.member_code(phone))
    code, coupon = await bench.member_code(phone), await coupon_of(bench, phone)
    quoted = (await till.quote([line(6000)], member_code=code)).body
    assert quoted["payable_fen"] == 6000
    without, best = quoted["best_without_points"], quoted["best"]
    assert (without["payable_fen"], without["coupon_codes"]) == (5000, [coupon])
    assert (best["payable_fen"], best["points"]) == (4800, 200)


@pytest.mark.parametrize("points", [50, 101, 300, 3_000_000])
async def test_points_that_may_not_be_used_are_refused(bench: Bench, points: int) -> None:
    phone, till = await bench.member(), bench.till()
    await till.sell(10_000, member_code=await bench.member_code(phone))
    code = await bench.member_code(phone)
    assert_error(
        await till.quote([line(300)], member_code=code, points=points), 422, "unprocessable"
    )
    assert_error(await till.quote([line(300)], points=100), 422, "unprocessable")
