"""Many who want one coupon at one moment (并发): exactly the right number get it."""

import asyncio
from collections.abc import Awaitable

import pytest

from services.coupons.gift_claims import claim_gift
from services.coupons.gifts import offer_coupon, withdraw_gift
from services.coupons.redeeming import redeem_coupon, release_coupon
from services.custody.verify import verify_ledger
from services.org.tills import Till
from services.purchases.reporting import record_purchase
from services.shop import Shop
from tests.services.couponing import CAKE, TEN_VISITS, a_coupon, at_once, issue, load_kinds, uses_of
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member, a_report, a_till

CLIENTS = 100
ROUNDS = 3
SECONDS = 30


@pytest.fixture
async def tills(shop: Shop) -> list[Till]:
    return [await a_till(shop, code) for code in ("cd01-1", "cd01-2", "cq01-1", "hz01-1")]


async def test_of_a_hundred_clients_one_redeems_a_coupon(
    shop: Shop, tills: list[Till], member_id: int
) -> None:
    for number in range(ROUNDS):
        code = await a_coupon(shop, member_id, key=f"k{number}")
        tries = [redeem_coupon(shop, tills[n % 4], code, f"R-{n}") for n in range(CLIENTS)]
        assert await at_once(tries) == {"done": 1, "CouponUsed": CLIENTS - 1}
        assert len(await uses_of(code)) == 1


async def test_one_receipt_asked_by_many_at_once_uses_it_once(
    shop: Shop, tills: list[Till], member_id: int
) -> None:
    code = await a_coupon(shop, member_id, TEN_VISITS)
    tries = [redeem_coupon(shop, tills[0], code, "R-1") for _ in range(20)]
    answers = await asyncio.gather(*tries)
    assert {str(told.answer) for told in answers} == {str(answers[0].answer)}
    assert sum(not told.is_replay for told in answers) == 1
    assert await uses_of(code) == [("R-1", "held")]


async def test_a_card_serves_one_of_thirty_at_once_and_ten_in_all(
    shop: Shop, tills: list[Till], member_id: int, clock: MachineClock
) -> None:
    code = await a_coupon(shop, member_id, TEN_VISITS)
    for minute in range(11):
        tries = [redeem_coupon(shop, tills[n % 4], code, f"R-{minute}-{n}") for n in range(30)]
        told = await at_once(tries)
        full = {"done": 1, "CouponJustUsed": 29} if minute < 9 else {"done": 1, "CouponUsed": 29}
        assert told == (full if minute < 10 else {"CouponUsed": 30})
        clock.pass_time(minutes=1)


async def test_a_release_asked_many_times_at_once_gives_back_one_use(
    shop: Shop, tills: list[Till], member_id: int, clock: MachineClock
) -> None:
    code = await a_coupon(shop, member_id, TEN_VISITS, count=2)
    for receipt_no in ("R-1", "R-2"):
        await redeem_coupon(shop, tills[0], code, receipt_no)
        clock.pass_time(minutes=1)
    await at_once([release_coupon(shop, tills[0], code, "R-1") for _ in range(20)])
    tries = [redeem_coupon(shop, tills[0], code, f"R-{n}") for n in range(3, 9)]
    assert await at_once(tries) == {"done": 1, "CouponUsed": 5}


async def test_a_hundred_at_once_take_the_last_seven(shop: Shop) -> None:
    await load_kinds(shop, {**CAKE, "stock": 7})
    members = [member_id_of(await a_member(shop, f"member-{n}")) for n in range(10)]
    tries = [issue(shop, members[n % 10], "cake", key=f"k{n}") for n in range(CLIENTS)]
    issued = await asyncio.gather(*tries)
    assert sum(coupon is not None for coupon in issued) == 7


async def test_a_member_limited_to_one_gets_one_of_twenty(shop: Shop, member_id: int) -> None:
    await load_kinds(shop, {**CAKE, "per_member": 1})
    issued = await asyncio.gather(*[issue(shop, member_id, "cake", key=f"k{n}") for n in range(20)])
    assert sum(coupon is not None for coupon in issued) == 1


async def test_everything_at_once_comes_to_an_end_and_adds_up(
    shop: Shop, tills: list[Till], member_id: int
) -> None:
    """Redeems, releases, offers, withdrawals, claims and purchases around a few coupons."""
    giver, friend = await a_member(shop), await a_member(shop, "friend")
    codes = [await a_coupon(shop, member_id, TEN_VISITS, key=f"k{n}") for n in range(4)]
    offers = [await offer_coupon(shop, giver, code, key=code) for code in codes[:2]]
    work: list[Awaitable[object]] = [claim_gift(shop, friend, offer.token) for offer in offers]
    work += [withdraw_gift(shop, giver, code) for code in codes]
    for n, code in enumerate(codes * 6):
        till, receipt_no = tills[n % 4], f"R-{n // 8}"
        work.append(redeem_coupon(shop, till, code, receipt_no))
        work.append(release_coupon(shop, till, code, receipt_no))
        work.append(record_purchase(shop, till, a_report(shop, receipt_no, yuan=n // 8 + 1)))
    async with asyncio.timeout(SECONDS):
        told = await at_once(work)
    assert told["done"] > 20
    assert (await verify_ledger(shop)).complaints == ()
