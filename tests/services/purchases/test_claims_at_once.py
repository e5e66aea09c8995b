"""Many who scan, upload and join at one moment (并发): each receipt is credited exactly once."""

import asyncio
from collections.abc import Awaitable

import pytest

from loyalty.receipts import ReceiptClaimed
from services.custody.verify import verify_ledger
from services.ledger.points import points_balance
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.shop import Shop
from storage.sql import rows
from tests.services.claiming import WELCOME, posted_purchases, scan_at_once, upload
from tests.services.posting import member_id_of
from tests.shop_parts import a_follower, a_member, a_receipt, a_till, join, points_of

SECONDS = 30


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


async def test_of_twenty_members_who_scan_one_receipt_one_gets_it(shop: Shop, till: Till) -> None:
    members = [await a_member(shop, f"member-{number}") for number in range(20)]
    await upload(shop, till)
    answers = await scan_at_once(shop, members, a_receipt(shop, till))
    assert [answer.state for answer in answers] == ["credited"]
    assert sum([await points_of(shop, member) for member in members]) == 20 * WELCOME + 32
    assert await posted_purchases() == 1
    assert (await verify_ledger(shop)).complaints == ()


async def test_of_twenty_followers_who_scan_one_receipt_one_has_it_reserved(
    shop: Shop, till: Till
) -> None:
    followers = [await a_follower(shop, f"follower-{number}") for number in range(20)]
    answers = await scan_at_once(shop, followers, a_receipt(shop, till))
    assert [answer.state for answer in answers] == ["reserved"]
    assert await rows("SELECT COUNT(*) AS n FROM claims") == [{"n": 1}]


async def test_one_member_who_scans_twenty_times_at_once_is_told_the_same(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    await upload(shop, till)
    answers = await scan_at_once(shop, [li] * 20, a_receipt(shop, till))
    assert len(answers) == 20
    assert len(set(answers)) == 1
    assert await points_of(shop, li) == WELCOME + 32


async def test_one_member_with_many_receipts_at_once_gets_them_all(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    receipts = [a_receipt(shop, till, number, yuan=number + 1) for number in range(10)]
    await asyncio.gather(
        *[claim_receipt(shop, li, receipt) for receipt in receipts],
        *[upload(shop, till, n, receipt_no=f"R-{n}", yuan=n + 1) for n in range(10)],
    )
    assert await points_of(shop, li) == WELCOME + sum(range(1, 11))
    assert (await verify_ledger(shop)).complaints == ()


@pytest.mark.parametrize("upload_first", [True, False])
@pytest.mark.parametrize("pause", [0, 1, 3, 10])
async def test_a_claim_and_its_upload_at_once_are_credited_once(
    shop: Shop, till: Till, upload_first: bool, pause: int
) -> None:
    li, receipt = await a_member(shop), a_receipt(shop, till)

    async def claim() -> None:
        await claim_receipt(shop, li, receipt)

    async def report() -> None:
        await upload(shop, till)

    first, second = (report, claim) if upload_first else (claim, report)
    begun = asyncio.ensure_future(first())
    for _ in range(pause):
        await asyncio.sleep(0)
    await asyncio.gather(begun, second())
    balance = await points_balance(shop, member_id_of(li))
    assert (balance.points, balance.pending) == (WELCOME + 32, 0)
    assert await posted_purchases() == 1


@pytest.mark.parametrize("pause", [0, 1, 3, 10, 30])
async def test_joining_and_scanning_at_once_credits_once(
    shop: Shop, till: Till, pause: int
) -> None:
    li, receipt = await a_follower(shop), a_receipt(shop, till)
    await upload(shop, till)
    begun = asyncio.ensure_future(claim_receipt(shop, li, receipt))
    for _ in range(pause):
        await asyncio.sleep(0)
    await asyncio.gather(begun, join(shop, li), claim_receipt(shop, li, receipt))
    member = await a_follower(shop)
    assert (await claim_receipt(shop, member, receipt)).state == "credited"
    assert await points_of(shop, member) == WELCOME + 32
    assert await posted_purchases() == 1


async def test_everything_at_once_comes_to_an_end_and_adds_up(shop: Shop, till: Till) -> None:
    """Joins, scans of few receipts by many people, uploads: no deadlock outlives the retries."""
    people = [await a_follower(shop, f"person-{number}") for number in range(6)]
    work: list[Awaitable[object]] = [join(shop, person) for person in people]
    work += [upload(shop, till, n, receipt_no=f"R-{n}") for n in range(4)]
    work += [
        claim_receipt(shop, person, a_receipt(shop, till, n)) for person in people for n in range(4)
    ]
    async with asyncio.timeout(SECONDS):
        results = await asyncio.gather(*work, return_exceptions=True)
    wrong = [fault for fault in results if isinstance(fault, Exception)]
    assert all(isinstance(fault, ReceiptClaimed) for fault in wrong), wrong
    assert len(wrong) == 4 * 5
    members = [await a_follower(shop, f"person-{number}") for number in range(6)]
    for member in members:
        for number in range(4):
            try:
                await claim_receipt(shop, member, a_receipt(shop, till, number))
            except ReceiptClaimed:
                continue
    assert sum([await points_of(shop, member) for member in members]) == 6 * WELCOME + 4 * 32
    assert (await verify_ledger(shop)).complaints == ()
