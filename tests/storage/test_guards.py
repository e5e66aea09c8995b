"""Guards (守卫): each guarded update refuses by itself, whatever was decided before it."""

import pytest

from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.coupons import hand_over, set_offered, take_back_offer, take_use, void_unused
from storage.holds import close_hold, member_agreed
from storage.purchases import purchase_by_receipt_no, update_purchase
from storage.sql import rows
from tests.services.couponing import TEN_VISITS, a_coupon, stored_coupon
from tests.services.posting import member_id_of
from tests.services.purses import a_counter
from tests.shop_parts import a_member, a_report, a_till


async def a_copy(shop: Shop) -> tuple[int, int]:
    """A coupon good once, and its owner."""
    member_id = member_id_of(await a_member(shop))
    coupon = await stored_coupon(await a_coupon(shop, member_id))
    return coupon["id"], member_id


async def test_a_coupon_is_used_as_often_as_it_says(shop: Shop) -> None:
    coupon_id, _ = await a_copy(shop)
    assert [await take_use(coupon_id) for _ in range(3)] == [True, False, False]
    member_id = member_id_of(await a_member(shop, "wang"))
    card = await stored_coupon(await a_coupon(shop, member_id, TEN_VISITS, key="card"))
    assert [await take_use(card["id"]) for _ in range(12)] == [True] * 10 + [False] * 2


async def test_a_coupon_that_is_void_or_on_offer_is_not_used(shop: Shop) -> None:
    coupon_id, member_id = await a_copy(shop)
    assert await set_offered(coupon_id, member_id, shop.now())
    assert not await take_use(coupon_id)
    await take_back_offer(coupon_id)
    await rows("UPDATE coupons SET state = 'void'")
    assert not await take_use(coupon_id)


async def test_a_coupon_is_offered_once_and_by_its_owner(shop: Shop) -> None:
    coupon_id, member_id = await a_copy(shop)
    wang = member_id_of(await a_member(shop, "wang"))
    offers = [await set_offered(coupon_id, by, shop.now()) for by in (wang, member_id, member_id)]
    assert offers == [False, True, False]


async def test_a_coupon_changes_hands_once_and_only_from_an_offer(shop: Shop) -> None:
    coupon_id, giver = await a_copy(shop)
    taker = member_id_of(await a_member(shop, "wang"))
    assert not await hand_over(coupon_id, giver, taker, cause="{}")
    await set_offered(coupon_id, giver, shop.now())
    assert not await hand_over(coupon_id, taker, giver, cause="{}"), "it was not the taker's"
    assert [await hand_over(coupon_id, giver, taker, cause="{}") for _ in range(2)] == [True, False]


async def test_a_coupon_is_voided_unused_and_after_its_last_day(shop: Shop) -> None:
    coupon_id, _ = await a_copy(shop)
    assert not await void_unused(coupon_id, 1, shop.today())
    await rows("UPDATE coupons SET ends_on = '2020-01-01'")
    assert not await void_unused(coupon_id, 2, shop.today()), "something of it was used"
    assert [await void_unused(coupon_id, 1, shop.today()) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("meanwhile", ["refunded_fen = 1", "points_standing = 7", "member_id = 1"])
async def test_a_purchase_that_changed_meanwhile_is_left_alone(shop: Shop, meanwhile: str) -> None:
    await a_member(shop)
    till = await a_till(shop)
    await record_purchase(shop, till, a_report(shop))
    read = await purchase_by_receipt_no(till.till_no, "R-1")
    assert read is not None
    await rows(f"UPDATE purchases SET {meanwhile}")
    with pytest.raises(AssertionError):
        await update_purchase(read, refunded_fen=100)
    assert await rows("SELECT 1 FROM purchases WHERE refunded_fen = 100") == []


async def test_a_member_agrees_once_and_while_the_hold_is_open(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(1_000)
    held = [(await counter.hold(100)).answer["hold_id"] for _ in range(2)]
    await rows("UPDATE wallet_holds SET awaits_member = TRUE")
    assert [await member_agreed(held[0]) for _ in range(2)] == [True, False]
    await close_hold(held[1], "expired", shop.now())
    assert not await member_agreed(held[1])
