"""Repeated deliveries (重试): three at once, at every process, are one message with one effect."""

import asyncio
import random
from functools import partial
from typing import Any

from tests.contract.bench import Bench, few_at_once
from tests.contract.client import Answer, Phone
from tests.contract.rig import scale
from tests.contract.till import purchase

PEOPLE = 30  # four messages each


async def thrice(bench: Bench, phone: Phone, push: dict[str, Any]) -> Answer:
    """The three answers must be one; a fourth delivery, later, is answered the same."""
    deliveries = [phone.deliver(push, at=number) for number in range(3)]
    random.shuffle(deliveries)
    first, *others = await asyncio.gather(*deliveries)
    assert (first.status, first.is_nothing) == (200, False)
    later = await phone.deliver(push, at=random.randrange(2))
    assert [said_in(answer) for answer in (*others, later)] == [said_in(first)] * 3
    return first


def said_in(answer: Answer) -> dict[str, Any]:
    """Everything but the second at which this copy was written."""
    return {name: value for name, value in answer.fields.items() if name != "CreateTime"}


async def live(bench: Bench, phone: Phone) -> None:
    """One person's four messages: ask to join, join, claim, ask for the points."""
    token = await bench.receipt(3200)
    asked = await thrice(bench, phone, phone.text("入会"))
    assert "同意" in asked.text
    assert "50" in (await thrice(bench, phone, phone.text("同意"))).numbers
    claim = random.choice([phone.text(token), phone.scan(token), phone.text(bench.link(token))])
    assert {"32", "82"} <= set((await thrice(bench, phone, claim)).numbers)
    assert "82" in (await thrice(bench, phone, phone.text("积分"))).numbers


async def test_messages_delivered_thrice_at_once_have_one_effect_each(bench: Bench) -> None:
    people = [bench.phone() for _ in range(scale(PEOPLE))]
    await few_at_once(Phone.follows, people)
    once = await rows_of_one_life(bench)
    before = bench.counts(await bench.holdings())
    await few_at_once(partial(live, bench), people)
    for phone in people:
        assert "82" in await bench.points_of(phone)
    grown = bench.grown(before, bench.counts(await bench.holdings()))
    assert {name for name in once if grown.get(name, 0) > once[name] * len(people)} == set()
    bench.shop.verify()


async def rows_of_one_life(bench: Bench) -> dict[str, int]:
    """How many rows the same four messages leave when each is delivered once."""
    phone = await bench.follower()
    before = bench.counts(await bench.holdings())
    await phone.joins()
    await phone.says(await bench.receipt(3200))
    await phone.says("积分")
    return bench.grown(before, bench.counts(await bench.holdings()))


async def test_one_purchase_rung_up_fifty_times_at_once_is_one(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    receipt = purchase(3200, member_code=await bench.member_code(phone))
    ring = partial(till.call, "/pos/v1/purchases", receipt)
    said = await few_at_once(lambda number: ring(at=number), range(50), limit=25)
    assert sorted(answer.status for answer in said) == [200] * 49 + [201]
    assert [answer.is_replay for answer in said] == [answer.status == 200 for answer in said]
    assert all(answer.body == said[0].body for answer in said)
    assert "82" in await bench.points_of(phone)


async def test_of_many_who_claim_one_receipt_at_once_one_gets_it(bench: Bench) -> None:
    people = [await bench.member() for _ in range(8)]
    for _ in range(3):
        token = await bench.receipt(9700)
        claims = (phone.deliver(phone.text(token), at=n) for n, phone in enumerate(people))
        answers = await asyncio.gather(*claims)
        assert sum("97" in answer.numbers for answer in answers) == 1
