"""Refunds at the till (退货): in parts, before their sale, twice, in any order."""

import random
from typing import Any

from tests.contract.bench import Bench, few_at_once
from tests.contract.rig import scale, seed
from tests.contract.test_till_door import assert_error
from tests.contract.till import line, purchase, refund

REFUNDS, PURCHASES = "/pos/v1/refunds", "/pos/v1/purchases"


async def test_parts_take_back_what_the_rest_no_longer_earns(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    receipt = purchase(3250, member_code=await bench.member_code(phone))
    assert (await till.call(PURCHASES, receipt)).body["points_earned"] == 32
    number, left, points = receipt["receipt_no"], 3250, 32
    for part in (1, 49, 1, 1199, 2000):
        said = await till.refund(number, amount_fen=part, at=part)
        left -= part
        assert (said.status, said.body["refunded_fen"]) == (201, part)
        assert said.body["points_reversed"] == points - left // 100
        points = left // 100
        assert said.body["points_balance"] == 50 + points
    assert_error(await till.refund(number, amount_fen=1), 422, "unprocessable")
    assert "50" in await bench.points_of(phone)


async def test_goods_come_back_line_by_line(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    lines = [line(3000, sku="tea"), line(2000, sku="cake", quantity=2)]
    code = await bench.member_code(phone)
    receipt = purchase(5000, lines=lines, member_code=code)
    await till.call(PURCHASES, receipt)
    number, cake = receipt["receipt_no"], {"sku": "cake", "quantity": 1, "amount_fen": 1000}
    one = await till.refund(number, lines=[cake])
    assert (one.status, one.body["refunded_fen"], one.body["points_reversed"]) == (201, 1000, 10)
    too_many = await till.refund(number, lines=[cake | {"quantity": 2, "amount_fen": 2000}])
    assert_error(too_many, 422, "unprocessable")
    tea = {"sku": "tea", "quantity": 1, "amount_fen": 3000}
    rest = await till.refund(number, lines=[cake, tea])
    assert (rest.status, rest.body["points_balance"]) == (201, 50)


async def test_a_refund_before_its_sale_waits_for_it(bench: Bench) -> None:
    till, receipt = bench.till(), purchase(3200)
    early = refund(receipt["receipt_no"], amount_fen=1200)
    waiting = await till.call(REFUNDS, early)
    assert (waiting.status, waiting.body["state"]) == (202, "waiting_for_sale")
    again = await till.call(REFUNDS, early, at=1)
    assert (again.status, again.is_replay, again.body) == (200, True, waiting.body)
    sold = await till.call(PURCHASES, receipt)
    assert (sold.status, sold.body["points_earned"]) == (201, 32)
    done = await till.call(REFUNDS, early, at=1)
    assert (done.status, done.is_replay, done.body["refunded_fen"]) == (200, True, 1200)
    assert done.body["refund_id"] == waiting.body["refund_id"]
    phone = await bench.member()
    await phone.says(sold.body["claim"]["token"])
    assert "70" in await bench.points_of(phone)


async def test_other_content_under_one_refund_number_conflicts(bench: Bench) -> None:
    till, receipt = bench.till(), purchase(3200)
    await till.call(PURCHASES, receipt)
    body = refund(receipt["receipt_no"], amount_fen=1200)
    first = await till.call(REFUNDS, body)
    for changed in ({"amount_fen": 1201}, {"receipt_no": "R-other"}):
        assert_error(await till.call(REFUNDS, body | changed), 409, "conflict")
    again = await till.call(REFUNDS, dict(reversed(body.items())), at=1)
    assert (again.status, again.is_replay, again.raw) == (200, True, first.raw)


async def test_a_batch_twice_and_shuffled_ends_like_one_in_order(bench: Bench) -> None:
    till, chance = bench.till(), random.Random(seed())
    sales = [purchase(chance.randrange(1, 90) * 70) for _ in range(scale(6))]
    batch: list[tuple[str, dict[str, Any]]] = [(PURCHASES, sale) for sale in sales]
    left = {}
    for sale in sales:
        parts = [chance.randrange(1, sale["paid_fen"] // 3 + 2) for _ in range(3)]
        parts = parts if sum(parts) <= sale["paid_fen"] else parts[:1]
        left[sale["receipt_no"]] = sale["paid_fen"] - sum(parts)
        batch += [(REFUNDS, refund(sale["receipt_no"], amount_fen=part)) for part in parts]
    twice = batch * 2
    chance.shuffle(twice)
    said = await few_at_once(lambda one: till.call(*one, at=chance.randrange(2)), twice)
    assert {one.status for one in said} <= {200, 201, 202}
    for path, body in batch:
        again = await till.call(path, body)
        assert (again.status, again.is_replay) == (200, True)
        assert again.body.get("refunded_fen", body.get("amount_fen")) == body.get("amount_fen")
    phone, points = await bench.member(), 50
    for sale in sales:
        claim = (await till.call(PURCHASES, sale)).body["claim"]
        await phone.says(claim["token"])
        points += left[sale["receipt_no"]] // 100
    assert str(points) in await bench.points_of(phone)
