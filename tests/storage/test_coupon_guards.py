"""What ends once stays ended, whoever asks again: gifts, uses and exchanges of coupons."""

from services.coupons.exchanges import exchange_points
from services.coupons.gifts import offer_coupon
from services.coupons.redeeming import redeem_coupon
from services.shop import Shop
from storage.coupon_uses import release_use, return_use, settle_due_uses
from storage.exchanges import return_exchange
from storage.gifts import end_gift
from storage.sql import rows
from tests.services.couponing import CAKE, a_coupon, load_kinds
from tests.services.posting import give, member_id_of
from tests.shop_parts import MachineClock, a_member, a_till


async def test_a_gift_ends_once(shop: Shop) -> None:
    giver = await a_member(shop)
    code = await a_coupon(shop, member_id_of(giver))
    await offer_coupon(shop, giver, code, key="m1")
    [gift] = await rows("SELECT id FROM coupon_gifts")
    ended = [
        await end_gift(gift["id"], state, now=shop.now())
        for state in ("withdrawn", "claimed", "withdrawn")
    ]
    assert ended == [True, False, False]
    assert await rows("SELECT state FROM coupon_gifts") == [{"state": "withdrawn"}]


async def test_a_use_is_returned_once_and_only_after_it_was_used(
    shop: Shop, clock: MachineClock
) -> None:
    code = await a_coupon(shop, member_id_of(await a_member(shop)))
    await redeem_coupon(shop, await a_till(shop), code, "R-1")
    [use] = await rows("SELECT id FROM coupon_uses")
    assert not await return_use(use["id"], shop.now())
    clock.pass_time(days=1)
    await settle_due_uses(shop.now())
    assert not await release_use(use["id"], now=shop.now())
    assert [await return_use(use["id"], shop.now()) for _ in range(2)] == [True, False]


async def test_an_exchange_is_returned_once(shop: Shop) -> None:
    li = await a_member(shop)
    await give(shop, li, 100, key="given")
    reward = {"code": "slice", "name": "slice", "points": 100, "coupon": "cake"}
    await load_kinds(shop, CAKE, rewards=[reward])
    await exchange_points(shop, member_id_of(li), "slice", shown_points=100, key="m1")
    [exchange] = await rows("SELECT id FROM exchanges")
    assert [await return_exchange(exchange["id"]) for _ in range(2)] == [True, False]
