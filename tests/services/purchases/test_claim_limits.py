"""Limits of claiming (扫小票上限): so many receipts a person and day, and none lost by it."""

import asyncio
from datetime import timedelta

import pytest

from loyalty.receipts import ReceiptClaimed, ReceiptRefused
from services.loading import load_shop
from services.org.tills import Till
from services.purchases.claim_limits import TooManyClaims, TooManyClaimsHere
from services.purchases.claims import ClaimAnswer, claim_receipt
from services.shop import Shop
from storage.sql import rows
from tests.services.claiming import upload, written
from tests.services.refunding import buys
from tests.shop_parts import MachineClock, a_follower, a_member, a_receipt, a_till


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


async def use(shop: Shop, **limits: int) -> None:
    await load_shop(shop, {"points": limits})
    await shop.rules.refresh()
    shop.rules.point_boosts = ()


async def counted() -> int:
    found = await rows("SELECT COUNT(*) AS n FROM counters WHERE name LIKE 'claims-day:%'")
    return int(found[0]["n"])


async def test_without_a_limit_nothing_is_counted(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    for sequence in range(12):
        await claim_receipt(shop, li, a_receipt(shop, till, sequence))
    assert await counted() == 0


async def test_what_is_over_the_limit_may_be_claimed_tomorrow(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use(shop, claims_per_day=2)
    li, receipts = await a_member(shop), [a_receipt(shop, till, number) for number in range(3)]
    for number in range(3):
        await upload(shop, till, number, receipt_no=f"R-{number}")
    first = await claim_receipt(shop, li, receipts[0])
    await claim_receipt(shop, li, receipts[1])
    before = await written()
    for _ in range(12):
        with pytest.raises(TooManyClaims) as refused:
            await claim_receipt(shop, li, receipts[2])
    assert (refused.value.status, refused.value.facts["limit"]) == (429, 2)
    assert refused.value.facts["until"] == "2027-02-10 10:00"
    assert await written() == before
    assert await claim_receipt(shop, li, receipts[0]) == first, "a repeat is answered as before"
    clock.pass_time(days=1)
    assert (await claim_receipt(shop, li, receipts[2])).points == 32


async def test_somebody_else_may_claim_it_meanwhile(shop: Shop, till: Till) -> None:
    await use(shop, claims_per_day=1)
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await claim_receipt(shop, li, a_receipt(shop, till, 1))
    with pytest.raises(TooManyClaims):
        await claim_receipt(shop, li, a_receipt(shop, till, 2))
    assert (await claim_receipt(shop, wang, a_receipt(shop, till, 2))).state == "pending"
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, li, a_receipt(shop, till, 2))


async def test_each_store_has_its_own_limit(shop: Shop, till: Till) -> None:
    await use(shop, claims_per_day=3, claims_per_store_per_day=1)
    li, there = await a_member(shop), await a_till(shop, "cd02-1")
    await claim_receipt(shop, li, a_receipt(shop, till, 1))
    for _ in range(3):
        with pytest.raises(TooManyClaimsHere):
            await claim_receipt(shop, li, a_receipt(shop, till, 2))
    assert (await claim_receipt(shop, li, a_receipt(shop, there, 1))).state == "pending"


async def test_of_many_at_once_exactly_the_limit_is_claimed(shop: Shop, till: Till) -> None:
    await use(shop, claims_per_day=3)
    people = [await a_member(shop), await a_member(shop)]
    tries = [claim_receipt(shop, people[n % 2], a_receipt(shop, till, n)) for n in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, ClaimAnswer) for result in results) == 3
    assert sum(isinstance(result, TooManyClaims) for result in results) == 5


async def test_own_purchases_and_refused_receipts_do_not_count(shop: Shop, till: Till) -> None:
    await use(shop, claims_per_day=1)
    li = await a_member(shop)
    await buys(shop, till, li, receipt_seq=3)
    assert (await claim_receipt(shop, li, a_receipt(shop, till, 3))).state == "credited"
    with pytest.raises(ReceiptRefused):
        await claim_receipt(shop, li, a_receipt(shop, till, paid_at=shop.now() - timedelta(99)))
    assert (await claim_receipt(shop, li, a_receipt(shop, till, 4))).state == "pending"


async def test_who_has_not_joined_is_limited_too(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use(shop, claims_per_day=1)
    li, wang = await a_follower(shop, "li"), await a_follower(shop, "wang")
    await claim_receipt(shop, li, a_receipt(shop, till, 1))
    await claim_receipt(shop, wang, a_receipt(shop, till, 2))
    with pytest.raises(TooManyClaims):
        await claim_receipt(shop, li, a_receipt(shop, till, 3))
    clock.pass_time(hours=30)
    await claim_receipt(shop, li, a_receipt(shop, till, 3))
    with pytest.raises(TooManyClaims):
        await claim_receipt(shop, li, a_receipt(shop, till, 2))
