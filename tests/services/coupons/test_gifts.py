"""Giving a coupon to a friend (转赠): one friend has it, and nobody uses it meanwhile."""

import asyncio
from typing import Any

import pytest

from loyalty.person import Person
from services.coupons.checks import CouponNotUsable, CouponUsed
from services.coupons.gift_claims import (
    GiftGone,
    GiftIsOwn,
    GiftRefused,
    GiftTaken,
    claim_gift,
    find_gift,
)
from services.coupons.gifts import (
    GiftOffer,
    LinkLost,
    NoSuchCoupon,
    NotGiftable,
    NotOffered,
    offer_coupon,
    withdraw_gift,
)
from services.coupons.issuing import own_coupons, usable_coupons
from services.coupons.redeeming import redeem_coupon
from services.shop import Shop
from storage.sql import change, rows
from tests.outbox import outbox_rows
from tests.services.couponing import CAKE, TEN_VISITS, a_coupon, at_once, stored_coupon
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_follower, a_member, a_till


@pytest.fixture
async def giver(shop: Shop) -> Person:
    return await a_member(shop, "giver")


@pytest.fixture
async def friend(shop: Shop) -> Person:
    return await a_member(shop, "friend")


async def offer(
    shop: Shop, giver: Person, kind: dict[str, Any] = CAKE, *, key: str = "m1", **terms: Any
) -> GiftOffer:
    """A fresh coupon of the giver's on offer."""
    code = await a_coupon(shop, member_id_of(giver), kind, key=f"coupon-{key}", **terms)
    return await offer_coupon(shop, giver, code, key=key)


async def owner_of(code: str) -> int:
    member_id: int = (await stored_coupon(code))["member_id"]
    return member_id


async def test_a_friend_takes_it_with_its_last_day_and_the_giver_is_told(
    shop: Shop, giver: Person, friend: Person
) -> None:
    await change("UPDATE followers SET follows = TRUE")
    made = await offer(shop, giver)
    assert made.link == f"http://shop.test/g/{made.token}"
    assert len(made.token) == 16
    taken = await claim_gift(shop, friend, made.token.lower())
    assert (taken.state, taken.code, taken.last_day) == ("claimed", made.code, "2027-01-21")
    assert await owner_of(made.code) == member_id_of(friend)
    assert await claim_gift(shop, friend, made.token) == taken
    [message] = await outbox_rows()
    assert (message["openid"], message["class"]) == ("openid-giver", "transactional")
    assert message["value"] == "你送出的蛋糕券已被朋友领取。"


async def test_the_token_itself_is_not_stored(shop: Shop, giver: Person) -> None:
    made = await offer(shop, giver)
    [stored] = await rows("SELECT * FROM coupon_gifts")
    assert made.token not in str(stored)


async def test_the_same_message_or_a_second_one_shows_the_same_link(
    shop: Shop, giver: Person
) -> None:
    made = await offer(shop, giver)
    assert await offer_coupon(shop, giver, "1", key="m1") == made
    assert await offer_coupon(shop, giver, made.code, key="m2") == made
    assert await rows("SELECT COUNT(*) AS n FROM coupon_gifts") == [{"n": 1}]


async def test_a_link_whose_key_is_gone_is_said_to_be_lost(shop: Shop, giver: Person) -> None:
    made = await offer(shop, giver)
    await change("UPDATE coupon_gifts SET token_hash = 'of another key'")
    with pytest.raises(LinkLost):
        await offer_coupon(shop, giver, made.code, key="m2")


async def test_numbers_of_the_list_stay_while_coupons_are_offered(
    shop: Shop, giver: Person
) -> None:
    first, second = [
        await a_coupon(shop, member_id_of(giver), key=key, valid=f"{key}d") for key in ("5", "6")
    ]
    assert (await offer_coupon(shop, giver, "1", key="m1")).code == first
    assert (await offer_coupon(shop, giver, "2", key="m2")).code == second
    assert await withdraw_gift(shop, giver, "1") == "蛋糕券"
    mine = await own_coupons(shop, member_id_of(giver))
    assert [(own.number, own.is_offered) for own in mine] == [(1, False), (2, True), (3, False)]


async def test_while_on_offer_nobody_uses_it(shop: Shop, giver: Person) -> None:
    made, till = await offer(shop, giver), await a_till(shop)
    assert made.code not in [coupon.code for coupon in await usable_coupons(shop, giver.member_id)]  # type: ignore[arg-type]
    with pytest.raises(CouponNotUsable) as refused:
        await redeem_coupon(shop, till, made.code, "R-1")
    assert refused.value.facts["reason"] == "正在转赠给朋友"
    await withdraw_gift(shop, giver, made.code)
    assert await redeem_coupon(shop, till, made.code, "R-1")


async def test_what_was_taken_back_is_nobody_elses(
    shop: Shop, giver: Person, friend: Person
) -> None:
    made = await offer(shop, giver)
    assert [await withdraw_gift(shop, giver, made.code) for _ in range(2)] == ["蛋糕券"] * 2
    with pytest.raises(GiftGone):
        await claim_gift(shop, friend, made.token)
    again = await offer_coupon(shop, giver, made.code, key="m2")
    assert again.token != made.token
    with pytest.raises(GiftGone):
        await claim_gift(shop, friend, made.token)
    assert (await claim_gift(shop, friend, again.token)).state == "claimed"


async def test_what_a_friend_took_cannot_be_taken_back_and_goes_no_further(
    shop: Shop, giver: Person, friend: Person
) -> None:
    made = await offer(shop, giver)
    await claim_gift(shop, friend, made.token)
    with pytest.raises(NoSuchCoupon):
        await withdraw_gift(shop, giver, made.code)
    with pytest.raises(NotGiftable):
        await offer_coupon(shop, friend, made.code, key="m2")


async def test_nobody_takes_their_own_gift_but_asking_for_it_may_end_the_offer(
    shop: Shop, giver: Person
) -> None:
    made = await offer(shop, giver)
    with pytest.raises(GiftIsOwn):
        await claim_gift(shop, giver, made.token)
    assert (await stored_coupon(made.code))["offered_at"] is not None
    assert (await claim_gift(shop, giver, made.token, takes_back_own=True)).state == "withdrawn"
    assert (await stored_coupon(made.code))["offered_at"] is None


async def test_who_is_no_member_finds_it_still_open_after_joining(
    shop: Shop, giver: Person
) -> None:
    made, passer_by = await offer(shop, giver), await a_follower(shop, "passer-by")
    assert (await claim_gift(shop, passer_by, made.token)).state == "join"
    member = await a_member(shop, "passer-by")
    assert (await claim_gift(shop, member, made.token)).state == "claimed"


async def test_an_ended_coupon_is_not_taken(
    shop: Shop, giver: Person, friend: Person, clock: MachineClock
) -> None:
    made = await offer(shop, giver)
    clock.pass_time(days=11)
    with pytest.raises(GiftGone):
        await claim_gift(shop, friend, made.token)


async def test_what_may_not_be_given_on_stays(shop: Shop, giver: Person) -> None:
    code = await a_coupon(shop, member_id_of(giver), giftable=False)
    with pytest.raises(NotGiftable):
        await offer_coupon(shop, giver, code, key="m1")


async def test_a_card_of_which_some_was_used_stays(shop: Shop, giver: Person) -> None:
    code = await a_coupon(shop, member_id_of(giver), TEN_VISITS)
    await redeem_coupon(shop, await a_till(shop), code, "R-1")
    with pytest.raises(NotGiftable):
        await offer_coupon(shop, giver, code, key="m1")


async def test_a_card_goes_with_all_its_uses(shop: Shop, giver: Person, friend: Person) -> None:
    made = await offer(shop, giver, TEN_VISITS)
    await claim_gift(shop, friend, made.token)
    [card] = [c for c in await usable_coupons(shop, member_id_of(friend)) if c.is_count_card]
    assert card.uses_left == 10


async def test_a_gift_is_not_counted_against_the_friends_share(
    shop: Shop, giver: Person, friend: Person
) -> None:
    own = await a_coupon(shop, member_id_of(friend), per_member=1)
    made = await offer(shop, giver, per_member=1)
    await claim_gift(shop, friend, made.token)
    codes = [coupon.code for coupon in await usable_coupons(shop, member_id_of(friend))]
    assert {own, made.code} <= set(codes)


async def test_coupons_of_others_and_numbers_that_are_none_are_not_offered(
    shop: Shop, giver: Person, friend: Person
) -> None:
    code = await a_coupon(shop, member_id_of(giver))
    for pick in ("0", "9", code):
        with pytest.raises(NoSuchCoupon):
            await offer_coupon(shop, friend, pick, key=pick)
    with pytest.raises(NotOffered):
        await withdraw_gift(shop, giver, code)


async def test_guessing_ends_after_ten_tries_an_hour(
    shop: Shop, giver: Person, friend: Person
) -> None:
    made = await offer(shop, giver)
    for number in range(10):
        with pytest.raises(GiftRefused):
            await claim_gift(shop, friend, "A" * (6 + number))
    with pytest.raises(GiftRefused):
        await claim_gift(shop, friend, made.token)
    assert (await claim_gift(shop, await a_member(shop, "other"), made.token)).state == "claimed"


async def test_a_link_says_what_it_is_about_before_anybody_is_known(
    shop: Shop, giver: Person
) -> None:
    made = await offer(shop, giver)
    found = await find_gift(shop, made.token)
    assert (found.state, found.name, found.code) == ("open", "蛋糕券", "")
    with pytest.raises(GiftRefused):
        await find_gift(shop, made.token[:-1])


async def test_of_twenty_friends_at_once_one_has_it(shop: Shop, giver: Person) -> None:
    made = await offer(shop, giver)
    friends = [await a_member(shop, f"friend-{number}") for number in range(20)]
    told = await at_once([claim_gift(shop, friend, made.token) for friend in friends])
    assert told == {"done": 1, "GiftTaken": 19}


@pytest.mark.parametrize("pause", [0, 1, 3, 10, 30])
async def test_of_a_claim_and_a_withdrawal_at_once_one_holds(
    shop: Shop, giver: Person, friend: Person, pause: int
) -> None:
    made = await offer(shop, giver)
    begun = asyncio.ensure_future(at_once([claim_gift(shop, friend, made.token)]))
    for _ in range(pause):
        await asyncio.sleep(0)
    withdrawn = await at_once([withdraw_gift(shop, giver, made.code)])
    taken = await begun
    assert taken["done"] + withdrawn["done"] == 1
    holder = friend if taken["done"] else giver
    stored = await stored_coupon(made.code)
    assert (stored["member_id"], stored["offered_at"]) == (holder.member_id, None)


@pytest.mark.parametrize("pause", [0, 1, 3, 10])
async def test_of_a_use_and_an_offer_at_once_one_holds(
    shop: Shop, giver: Person, pause: int
) -> None:
    code, till = await a_coupon(shop, member_id_of(giver)), await a_till(shop)
    begun = asyncio.ensure_future(at_once([redeem_coupon(shop, till, code, "R-1")]))
    for _ in range(pause):
        await asyncio.sleep(0)
    offered = await at_once([offer_coupon(shop, giver, code, key="m1")])
    assert (await begun)["done"] + offered["done"] == 1


async def test_a_taken_gift_is_used_by_its_new_owner_once(
    shop: Shop, giver: Person, friend: Person
) -> None:
    made, till = await offer(shop, giver), await a_till(shop)
    await claim_gift(shop, friend, made.token)
    await redeem_coupon(shop, till, made.code, "R-1")
    with pytest.raises(CouponUsed):
        await redeem_coupon(shop, till, made.code, "R-2")
    with pytest.raises(GiftTaken):
        await claim_gift(shop, giver, made.token)
