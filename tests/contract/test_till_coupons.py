"""Coupons at the till (核销): redeemed once, released, used by the purchase, back with a refund."""

from tests.contract.bench import Bench
from tests.contract.test_till_door import assert_error
from tests.contract.test_till_quotes import coupon_of
from tests.contract.till import new_number


async def test_a_coupon_is_redeemed_once_and_the_same_receipt_hears_the_same(bench: Bench) -> None:
    phone, till, receipt = await bench.member(), bench.till(), new_number("R")
    coupon = await coupon_of(bench, phone)
    first = await till.coupon("redeem", coupon, receipt, at=0)
    again = await till.coupon("redeem", coupon, receipt, at=1)
    assert (first.status, first.is_replay, first.body["state"]) == (200, False, "held")
    assert (first.body["amount_fen"], first.body["uses_left"]) == (1000, 0)
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    for till_code in ("cd01-1", "cd01-3"):
        refused = await bench.till(till_code).coupon("redeem", coupon, new_number("R"))
        assert_error(refused, 409, "conflict")
    assert (await bench.till("cd01-3").coupon("redeem", coupon, receipt)).status == 409


async def test_a_basket_that_is_not_paid_gives_its_coupon_back(bench: Bench) -> None:
    phone, till, receipt = await bench.member(), bench.till(), new_number("R")
    coupon = await coupon_of(bench, phone)
    assert_error(await till.coupon("release", coupon, receipt), 404, "not_found")
    await till.coupon("redeem", coupon, receipt)
    first = await till.coupon("release", coupon, receipt, at=0)
    again = await till.coupon("release", coupon, receipt, at=1)
    assert (first.status, first.body["state"], first.body["uses_left"]) == (200, "released", 1)
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    assert (await till.coupon("redeem", coupon, new_number("R"))).status == 200


async def test_after_the_purchase_only_a_full_refund_gives_it_back(bench: Bench) -> None:
    phone, till, receipt = await bench.member(), bench.till(), new_number("R")
    coupon = await coupon_of(bench, phone)
    await till.coupon("redeem", coupon, receipt)
    assert (await till.sell(5000, receipt_no=receipt, at=1)).status == 201
    assert_error(await till.coupon("release", coupon, receipt), 409, "conflict")
    assert (await till.refund(receipt, amount_fen=4999)).status == 201
    assert_error(await till.coupon("redeem", coupon, new_number("R")), 409, "conflict")
    assert (await till.refund(receipt, amount_fen=1)).status == 201
    assert (await till.coupon("redeem", coupon, new_number("R"))).status == 200


async def test_codes_nobody_has_are_unknown(bench: Bench) -> None:
    till = bench.till()
    for code in ("7KQ2M9XWPA4D", "x", "%20", "%E5%88%B8", "a%0Ab"):
        for what in ("redeem", "release"):
            assert_error(await till.coupon(what, code, new_number("R")), 404, "not_found")
