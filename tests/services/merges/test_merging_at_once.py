"""合并与消费同时发生: whatever meets a merge or its way back, nothing is lost or made."""

import asyncio
from collections.abc import Awaitable
from contextvars import Context
from typing import Any

import pytest

from loyalty.merging import MemberMerged
from loyalty.person import Person
from loyalty.points import NotEnoughPoints
from loyalty.refusals import Refusal
from services.loading import load_shop
from services.merges.merging import Merged
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.purchases.earners import Earner, lock_earner
from services.purchases.earning import credit_due_purchases
from services.purchases.refunds import record_refund
from services.purchases.reporting import record_purchase
from services.shop import Shop
from tests.databases import only_postgres
from tests.services.merging import books_are_right, figures_of, merge, part, sums
from tests.services.posting import give, spend_points
from tests.services.purses import Counter
from tests.services.refunding import a_refund
from tests.shop_parts import MachineClock, a_follower, a_member, a_receipt, a_report

ROUNDS = 3


async def spent(shop: Shop, person: Person, points: int, *, key: str) -> int:
    """How much of it; who was merged meanwhile tries again as who they are now."""
    for _ in range(5):
        try:
            now = await a_follower(shop, person.openid.removeprefix("openid-"))
            await spend_points(shop, now, points, key=key)
        except MemberMerged:
            continue
        except NotEnoughPoints:
            return 0
        return points
    raise AssertionError("merged again and again")


async def test_points_are_spent_once_while_two_become_one_and_two_again(shop: Shop) -> None:
    both = [await a_member(shop, "li"), await a_member(shop, "wang")]
    total, gone = 100, 0
    for number in range(ROUNDS):
        spends = [spent(shop, both[n % 2], 3, key=f"s{number}:{n}") for n in range(8)]
        merged, *taken = await together(merge(shop, *both, key=f"m{number}"), *spends)
        assert isinstance(merged, Merged), merged
        spends = [spent(shop, both[n % 2], 2, key=f"p{number}:{n}") for n in range(4)]
        parted, *more = await together(part(shop, merged, key=f"u{number}"), *spends)
        assert isinstance(parted, Merged), parted
        gone += sum(taken) + sum(more)
        assert (await sums())["points"] == total - gone
    await books_are_right(shop)


async def together(*calls: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_two_who_merge_the_same_two_do_it_once(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    told = await together(merge(shop, li, wang, key="a"), merge(shop, wang, li, key="b"))
    assert sorted(type(one).__name__ for one in told)[0] == "Merged"
    assert sum(isinstance(one, Refusal) for one in told) == 1
    assert (await sums())["points"] == 100
    await books_are_right(shop)


async def test_a_message_delivered_twice_at_once_merges_once(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    first, again = await together(merge(shop, li, wang), merge(shop, li, wang))
    assert first == again
    assert (await together(part(shop, first), part(shop, first)))[0].points == 50


async def test_scans_uploads_and_refunds_go_on_meanwhile(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await claim_receipt(shop, wang, a_receipt(shop, till, 1))
    await record_purchase(shop, till, a_report(shop, "R-2", sequence=2))
    await claim_receipt(shop, wang, a_receipt(shop, till, 2))
    told = await together(
        merge(shop, li, wang),
        record_purchase(shop, till, a_report(shop, "R-1", sequence=1)),
        record_refund(shop, till, a_refund(shop, receipt_no="R-2", amount_fen=1200)),
        claim_receipt(shop, wang, a_receipt(shop, till, 3)),
        give(shop, li, 5, key="gift"),
    )
    assert [one for one in told if isinstance(one, Exception)] == []
    await record_purchase(shop, till, a_report(shop, "R-3", sequence=3))
    assert (await figures_of(li))["points"] == 100 + 32 + 20 + 5 + 32
    assert await figures_of(wang) == {}
    await books_are_right(shop)


async def test_money_is_paid_once_while_two_become_one(shop: Shop, till: Till) -> None:
    people = [await a_member(shop, "li"), await a_member(shop, "wang")]
    counters = [Counter(shop, till, person) for person in people]
    for number, counter in enumerate(counters):
        await counter.top_up(1000, 500, topup_no=f"T-{number}")
    held = [
        counters[n % 2].hold(400, receipt_no=f"R-{n}", code=await counters[n % 2].code())
        for n in range(2)
    ]
    told = await together(merge(shop, *people), *held)
    kept = [one for one in told[1:] if not isinstance(one, Exception)]
    left = await sums()
    assert (left["principal"], left["bonus"]) == (2000, 1000)
    for one in kept:
        await counters[0].capture(one.answer["hold_id"])
    left = await sums()
    assert left["principal"] + left["bonus"] == 3000 - 400 * len(kept)
    await books_are_right(shop)


@only_postgres
async def test_a_purchase_that_falls_due_while_two_are_parted_is_credited_to_its_member(
    shop: Shop, till: Till, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_shop(shop, {"points": {"points_per_yuan": 1, "pending_days": 7}})
    await shop.rules.refresh()
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await record_purchase(shop, till, a_report(shop, "R-1", sequence=1))
    await claim_receipt(shop, wang, a_receipt(shop, till, 1))
    merged = await merge(shop, li, wang)
    clock.pass_time(days=8)
    partings: list[Merged] = []

    async def part_first(*arguments: Any) -> Earner:
        if not partings:
            parting = asyncio.create_task(part(shop, merged), context=Context())
            partings.append(await parting)
        return await lock_earner(*arguments)

    monkeypatch.setattr("services.purchases.earning.lock_earner", part_first)
    assert await credit_due_purchases(shop) == 1
    assert [await figures_of(one) for one in (li, wang)] == [
        {"points": 50},
        {"points": 82, "growth": 3200},
    ]
    await books_are_right(shop)
