"""Entry gifts that go again (收回升级礼): what stays of one blocks the next."""

import pytest

from loyalty.person import Person
from services.coupons.gift_claims import claim_gift
from services.coupons.gifts import offer_coupon
from services.coupons.issuing import usable_coupons
from services.coupons.redeeming import release_coupon
from services.custody.verify import verify_ledger
from services.ledger.point_expiry import expire_points
from services.loading import load_shop
from services.org.tills import Till
from services.shop import Shop
from storage.sql import rows
from tests.services.couponing import TEN_VISITS, buy, load_kinds, redeem, refund_all, stored_coupon
from tests.services.growing import brings_back, gifts_of, spends, tier_code, use_ladder
from tests.services.posting import member_id_of
from tests.services.refunding import Holding, holding_of
from tests.shop_parts import MachineClock, a_member, points_of

RAISING_FEN = 100
GIFT = {"coupon": "yoga"}


@pytest.fixture
async def li(shop: Shop) -> Person:
    """One yuan below silver, which brings a card of ten."""
    await load_kinds(shop, TEN_VISITS)
    await use_ladder(shop, silver={"gifts": [GIFT]})
    person = await a_member(shop)
    await spends(shop, person, 50_000 - RAISING_FEN)
    return person


async def reaches_silver(shop: Shop, person: Person) -> int:
    """The purchase that did it."""
    purchase_id, _ = await spends(shop, person, RAISING_FEN)
    assert await tier_code(shop, person) == "silver"
    return purchase_id


async def loses_it(shop: Shop, person: Person, purchase_id: int) -> None:
    await brings_back(shop, person, purchase_id, RAISING_FEN)
    assert await tier_code(shop, person) == "base"


async def given_code() -> str:
    """The code of the newest card."""
    found = await rows("SELECT code FROM coupons WHERE kind = 'yoga' ORDER BY id DESC LIMIT 1")
    return str(found[0]["code"])


async def is_sound(shop: Shop) -> bool:
    """All but the purchases, of which the tests write no more than tiers ask for."""
    found = (await verify_ledger(shop)).complaints
    return not [one for one in found if one.kind != "purchase_fault"]


async def test_a_gift_that_was_used_is_not_given_again(
    shop: Shop, till: Till, li: Person, clock: MachineClock
) -> None:
    for number in range(3):
        purchase_id = await reaches_silver(shop, li)
        if number == 0:
            await redeem(shop, till, await given_code())
            await buy(shop, till, "R-1")
        await loses_it(shop, li, purchase_id)
        clock.pass_time(days=1)
    assert len(await gifts_of(li)) == 1
    assert await rows("SELECT 1 FROM coupons WHERE kind = 'yoga' AND state <> 'void'") == []
    assert await is_sound(shop)


async def test_a_gift_a_friend_has_is_not_given_again_and_stays_the_friends(
    shop: Shop, till: Till, li: Person
) -> None:
    purchase_id, friend = await reaches_silver(shop, li), await a_member(shop, "friend")
    code = await given_code()
    await claim_gift(shop, friend, (await offer_coupon(shop, li, code, key="offer")).token)
    await redeem(shop, till, code)
    await loses_it(shop, li, purchase_id)
    await release_coupon(shop, till, code, "R-1")
    assert code in [coupon.code for coupon in await usable_coupons(shop, member_id_of(friend))]
    await loses_it(shop, li, await reaches_silver(shop, li))
    assert len(await gifts_of(li)) == 1
    assert await is_sound(shop)


async def test_a_gift_on_offer_comes_back_with_its_offer(shop: Shop, li: Person) -> None:
    purchase_id = await reaches_silver(shop, li)
    await offer_coupon(shop, li, await given_code(), key="offer")
    await loses_it(shop, li, purchase_id)
    assert [line["state"] for line in await rows("SELECT state FROM coupon_gifts")] == ["withdrawn"]
    await reaches_silver(shop, li)
    assert len(await gifts_of(li)) == 2
    assert await is_sound(shop)


async def test_a_held_gift_that_is_released_goes_and_may_be_given_again(
    shop: Shop, till: Till, li: Person
) -> None:
    purchase_id, code = await reaches_silver(shop, li), await given_code()
    await redeem(shop, till, code, "R-2")
    await loses_it(shop, li, purchase_id)
    released = await release_coupon(shop, till, code, "R-2")
    assert released.answer["uses_left"] == 0
    assert (await stored_coupon(code))["state"] == "void"
    await reaches_silver(shop, li)
    assert len(await gifts_of(li)) == 2
    assert await is_sound(shop)


async def test_a_used_up_gift_that_a_refund_returns_goes_with_it(
    shop: Shop, till: Till, li: Person
) -> None:
    await load_kinds(shop, {**TEN_VISITS, "count": 1})
    purchase_id, code = await reaches_silver(shop, li), await given_code()
    await redeem(shop, till, code, "R-2")
    bought = await buy(shop, till, "R-2")
    await loses_it(shop, li, purchase_id)
    assert (await stored_coupon(code))["state"] == "used"
    await refund_all(shop, bought)
    assert (await stored_coupon(code))["state"] == "void"
    await reaches_silver(shop, li)
    assert len(await gifts_of(li)) == 2
    assert await is_sound(shop)


async def test_a_rung_reached_anew_keeps_what_is_left_of_its_gift(
    shop: Shop, till: Till, li: Person
) -> None:
    await load_kinds(shop, {**TEN_VISITS, "count": 1})
    purchase_id, code = await reaches_silver(shop, li), await given_code()
    await redeem(shop, till, code, "R-2")
    await loses_it(shop, li, purchase_id)
    await reaches_silver(shop, li)
    await release_coupon(shop, till, code, "R-2")
    assert (await stored_coupon(code))["uses_left"] == 1
    assert len(await gifts_of(li)) == 1


async def test_points_of_a_gift_go_once_though_its_rung_is_lost_twice(
    shop: Shop, till: Till, li: Person
) -> None:
    await use_ladder(shop, silver={"gifts": [{"points": 100}, GIFT]})
    purchase_id = await reaches_silver(shop, li)
    await redeem(shop, till, await given_code())
    await loses_it(shop, li, purchase_id)
    await loses_it(shop, li, await reaches_silver(shop, li))
    assert (await points_of(shop, li), (await holding_of(li)).debt) == (50, 0)
    assert await is_sound(shop)


async def test_points_of_a_gift_that_lapsed_unspent_are_not_owed(
    shop: Shop, clock: MachineClock
) -> None:
    await use_ladder(shop, silver={"gifts": [{"points": 100}]})
    await load_shop(shop, {"points": {"expire": "month_end"}})
    await shop.rules.refresh()
    li = await a_member(shop)
    clock.pass_time(days=19)
    purchase_id, _ = await spends(shop, li, 60_000)
    clock.pass_time(days=4)
    await expire_points(shop)
    await brings_back(shop, li, purchase_id, 60_000)
    assert await holding_of(li) == Holding(0, 0, 0)
    await spends(shop, li, 60_000)
    assert await points_of(shop, li) == 100
    assert await is_sound(shop)
