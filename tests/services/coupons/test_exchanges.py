"""The points mall (积分商城): points and coupon move together or not at all."""

import asyncio
from typing import Any

import pytest

from loyalty.person import Person
from loyalty.points import NotEnoughPoints
from services.coupons.exchanges import (
    Exchanged,
    RewardChanged,
    exchange_points,
    return_lapsed_exchanges,
)
from services.coupons.issuing import usable_coupons
from services.coupons.points_mall import RewardGone, RewardOffer, RewardSoldOut, visit_mall
from services.coupons.redeeming import redeem_coupon, release_coupon
from services.custody.verify import verify_ledger
from services.loading import load_shop
from services.shop import Shop
from storage.sql import rows
from tests.services.couponing import CAKE, TEN_VISITS, at_once, load_kinds, stored_coupon
from tests.services.posting import give, member_id_of
from tests.shop_parts import MachineClock, a_member, a_till, points_of

REWARD: dict[str, Any] = {"code": "cake", "name": "小蛋糕", "points": 100, "coupon": "cake"}
WELCOME = 50


@pytest.fixture
async def li(shop: Shop) -> Person:
    """150 points, and a cake for 100."""
    person = await a_member(shop)
    await give(shop, person, 100, key="given")
    await offer_rewards(shop, REWARD)
    return person


async def offer_rewards(shop: Shop, *rewards: dict[str, Any]) -> None:
    await load_kinds(shop, CAKE, TEN_VISITS, rewards=list(rewards))


async def exchange(
    shop: Shop, person: Person, *, key: str = "m1", reward: str = "cake", points: int = 100
) -> Exchanged:
    return await exchange_points(shop, member_id_of(person), reward, shown_points=points, key=key)


async def offered(shop: Shop, person: Person) -> list[RewardOffer]:
    """Rewards of these tests; the demo has some of its own."""
    mall = await visit_mall(shop, member_id_of(person))
    return [offer for offer in mall.offers if offer.name in ("小蛋糕", "大蛋糕", "小礼品")]


async def cakes_of(shop: Shop, person: Person) -> int:
    mine = await usable_coupons(shop, member_id_of(person))
    return sum(coupon.name == "蛋糕券" for coupon in mine)


async def test_points_go_and_the_coupon_comes(shop: Shop, li: Person) -> None:
    done = await exchange(shop, li)
    assert (done.name, done.points, done.balance) == ("蛋糕券", 100, 50)
    assert [done.coupon] == [
        coupon
        for coupon in await usable_coupons(shop, member_id_of(li))
        if coupon.name == done.name
    ]
    [booked] = await rows("SELECT cause FROM ledger_transactions WHERE kind = 'spend'")
    assert '"what":"exchange"' in booked["cause"]
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_same_message_exchanges_once(shop: Shop, li: Person) -> None:
    done = await asyncio.gather(*[exchange(shop, li) for _ in range(5)])
    assert len({told.coupon.code for told in done}) == 1
    assert (await points_of(shop, li), await cakes_of(shop, li)) == (50, 1)


async def test_what_the_balance_does_not_cover_moves_nothing(shop: Shop, li: Person) -> None:
    await offer_rewards(shop, REWARD | {"stock": 1})
    with pytest.raises(NotEnoughPoints):
        await exchange(shop, await a_member(shop, "poor"), key="m2")
    await exchange(shop, li)
    assert (await points_of(shop, li), await cakes_of(shop, li)) == (50, 1)


async def test_of_ten_exchanges_at_once_the_balance_pays_for_three(shop: Shop, li: Person) -> None:
    await give(shop, li, 200, key="more")
    tries = [exchange(shop, li, key=f"m{n}") for n in range(10)]
    assert await at_once(tries) == {"done": 3, "NotEnoughPoints": 7}
    assert (await points_of(shop, li), await cakes_of(shop, li)) == (50, 3)
    assert (await verify_ledger(shop)).complaints == ()


@pytest.mark.parametrize("limits", [{"stock": 2}, {"per_member": 2}])
async def test_stock_and_share_hold_also_at_once(
    shop: Shop, li: Person, limits: dict[str, int]
) -> None:
    await give(shop, li, 1000, key="more")
    await offer_rewards(shop, REWARD | limits)
    tries = [exchange(shop, li, key=f"m{n}") for n in range(10)]
    assert await at_once(tries) == {"done": 2, "RewardSoldOut": 8}
    assert await points_of(shop, li) == 150 + 1000 - 200
    assert [offer.is_sold_out for offer in await offered(shop, li)] == [True]


async def test_no_coupon_left_is_no_points_gone(shop: Shop, li: Person) -> None:
    await load_kinds(shop, CAKE | {"stock": 0})
    with pytest.raises(RewardSoldOut):
        await exchange(shop, li)
    assert await points_of(shop, li) == 150
    assert await rows("SELECT 1 FROM counters WHERE name LIKE 'reward:%'") == []


async def test_another_price_than_shown_is_not_paid(shop: Shop, li: Person) -> None:
    with pytest.raises(RewardChanged):
        await exchange(shop, li, points=90)
    with pytest.raises(RewardGone):
        await exchange(shop, li, reward="moon")
    assert await points_of(shop, li) == 150


async def test_the_mall_shows_what_this_member_can_have_cheapest_first(
    shop: Shop, li: Person
) -> None:
    await offer_rewards(
        shop,
        REWARD | {"code": "dear", "name": "大蛋糕", "points": 400},
        REWARD | {"stores": ["cd01"]},
        REWARD | {"code": "golden", "tiers": ["gold"]},
        REWARD | {"code": "tomorrow", "from": "2027-01-12"},
        REWARD | {"code": "tip", "name": "小礼品", "points": 10},
    )
    mall = await visit_mall(shop, member_id_of(li))
    assert mall.balance == 150
    assert [offer.number for offer in mall.offers] == list(range(1, len(mall.offers) + 1))
    assert sorted(mall.offers, key=lambda offer: offer.points) == list(mall.offers)
    assert [(offer.code, offer.missing) for offer in await offered(shop, li)] == [
        *(("tip", 0), ("cake", 0), ("dear", 250)),
    ]


async def test_a_reward_whose_coupon_is_over_is_not_offered(shop: Shop, li: Person) -> None:
    over = {name: value for name, value in CAKE.items() if name != "valid"}
    await load_kinds(shop, over | {"from": "2027-01-01", "until": "2027-01-10"})
    assert await offered(shop, li) == []


async def test_points_of_what_lapsed_unused_come_back_once_where_promised(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await offer_rewards(shop, REWARD | {"returns_points": True})
    done = await exchange(shop, li)
    await offer_rewards(shop, REWARD)
    clock.pass_time(days=10)
    assert await return_lapsed_exchanges(shop) == 0
    clock.pass_time(days=1)
    assert [await return_lapsed_exchanges(shop) for _ in range(2)] == [1, 0]
    assert await points_of(shop, li) == 150
    assert (await stored_coupon(done.coupon.code))["state"] == "void"
    assert (await verify_ledger(shop)).complaints == ()


async def test_where_it_was_not_promised_points_do_not_come_back(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await exchange(shop, li)
    await offer_rewards(shop, REWARD | {"returns_points": True})
    clock.pass_time(days=11)
    assert await return_lapsed_exchanges(shop) == 0
    assert await points_of(shop, li) == 50


async def test_what_was_used_or_is_held_gives_no_points_back(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await give(shop, li, 500, key="more")
    card = {"code": "yoga", "name": "次卡", "points": 100, "coupon": "yoga"}
    await offer_rewards(shop, REWARD | {"returns_points": True}, card | {"returns_points": True})
    till = await a_till(shop)
    cake, yoga = await exchange(shop, li), await exchange(shop, li, key="m2", reward="yoga")
    for done in (cake, yoga):
        await redeem_coupon(shop, till, done.coupon.code, f"R-{done.name}")
    clock.pass_time(days=100)
    assert await return_lapsed_exchanges(shop) == 0
    await release_coupon(shop, till, cake.coupon.code, "R-蛋糕券")
    assert await return_lapsed_exchanges(shop) == 1
    assert await points_of(shop, li) == 650 - 100


async def test_whoever_exchanges_keeps_what_lapses_by_inactivity(
    shop: Shop, clock: MachineClock
) -> None:
    await load_shop(shop, {"points": {"expire": "inactive:30d"}})
    await shop.rules.refresh()
    li = await a_member(shop)
    await give(shop, li, 100, key="given")
    await offer_rewards(shop, REWARD)
    clock.pass_time(days=20)
    await exchange(shop, li)
    clock.pass_time(days=30)
    assert await points_of(shop, li) == WELCOME
    clock.pass_time(days=1)
    assert await points_of(shop, li) == 0
