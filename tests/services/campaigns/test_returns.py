"""Returns: what campaigns gave for a purchase goes with the purchase, as far as it is there.

The purchase itself brings 32 points, and nothing is given for joining.
"""

import asyncio

import pytest

from loyalty.person import Person
from services.campaigns.answering import run_cues
from services.campaigns.turns import gift_keys
from services.coupons.issuing import usable_coupons
from services.coupons.redeeming import release_coupon
from services.custody.verify import verify_ledger
from services.ledger.point_expiry import expire_points
from services.org.tills import Till
from services.shop import Shop
from storage.sql import change, row, rows
from tests.outbox import outbox_rows
from tests.services.campaigning import buys, effects, load_campaign, only_campaign
from tests.services.couponing import CAKE, load_kinds, redeem
from tests.services.merging import merge
from tests.services.posting import member_id_of, spend_points
from tests.services.refunding import holding_of, refund
from tests.shop_parts import MachineClock, a_member, a_till, points_of

GIFTS = [{"points": 30}, {"coupon": "cake"}, {"message": "谢谢惠顾，送你{券}"}]
BOUGHT = {"trigger": "purchase", "per_person": "every", "actions": GIFTS}


async def gives_for_buying(
    shop: Shop, *, points: dict[str, str] | None = None, **terms: object
) -> None:
    await only_campaign(shop, trigger="code:none")
    await load_kinds(shop, CAKE, points=points or {})
    await load_campaign(shop, **{**BOUGHT, **terms})


async def gives_back(shop: Shop, till: Till, sequence: int = 7, *, fen: int = 3200) -> None:
    number = f"F-{sequence}-{fen}"
    await refund(shop, till, number, receipt_no=f"C-{sequence}", amount_fen=fen)


async def cakes(person: Person, shop: Shop) -> int:
    coupons = await usable_coupons(shop, member_id_of(person))
    return sum(coupon.name == CAKE["name"] for coupon in coupons)


async def is_sound(shop: Shop) -> bool:
    return (await verify_ledger(shop)).complaints == ()


async def test_buying_and_giving_back_brings_nothing_however_often(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop)
    li = await a_member(shop)
    for sequence in (7, 8, 9):
        await buys(shop, till, li, sequence)
        await run_cues(shop)
        assert (await points_of(shop, li), await cakes(li, shop)) == (62, 1)
        await gives_back(shop, till, sequence)
    assert (await points_of(shop, li), await cakes(li, shop)) == (0, 0)
    assert await is_sound(shop)


async def test_a_gift_that_is_held_goes_when_it_is_released(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop)
    li = await a_member(shop)
    await buys(shop, till, li)
    await run_cues(shop)
    [gift] = [
        one for one in await usable_coupons(shop, member_id_of(li)) if one.name == CAKE["name"]
    ]
    await redeem(shop, till, gift.code, "basket")
    await gives_back(shop, till)
    released = await release_coupon(shop, till, gift.code, "basket")
    assert (released.answer["uses_left"], await cakes(li, shop)) == (0, 0)
    assert await is_sound(shop)


async def test_what_came_back_before_its_gift_brings_none(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop)
    li = await a_member(shop)
    await buys(shop, till, li)
    await gives_back(shop, till)
    assert await run_cues(shop) == 0
    assert (await points_of(shop, li), await cakes(li, shop)) == (0, 0)


async def test_a_gift_and_a_refund_at_one_moment_leave_nothing(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop)
    people = [await a_member(shop, f"m{number}") for number in range(6)]
    for sequence, person in enumerate(people):
        await buys(shop, till, person, sequence)
    returning = [gives_back(shop, till, sequence) for sequence in range(len(people))]
    await asyncio.gather(run_cues(shop), *returning)
    await run_cues(shop)
    assert [await points_of(shop, person) for person in people] == [0] * len(people)
    assert [await cakes(person, shop) for person in people] == [0] * len(people)
    assert await is_sound(shop)


async def test_a_part_that_comes_back_leaves_the_gifts(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop)
    li = await a_member(shop)
    await buys(shop, till, li)
    await run_cues(shop)
    await gives_back(shop, till, fen=3100)
    assert (await points_of(shop, li), await cakes(li, shop)) == (31, 1)
    await gives_back(shop, till, fen=100)
    assert (await points_of(shop, li), await cakes(li, shop)) == (0, 0)
    assert await is_sound(shop)


async def test_what_was_given_days_after_the_purchase_goes_too(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await gives_for_buying(shop, trigger="after_purchase:3d", per_person="30d")
    li = await a_member(shop)
    await buys(shop, till, li)
    clock.pass_time(days=4)
    assert await run_cues(shop) == 1
    await gives_back(shop, till)
    assert (await points_of(shop, li), await cakes(li, shop)) == (0, 0)


async def test_spent_points_are_owed_and_a_used_coupon_stays(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop)
    li = await a_member(shop)
    await buys(shop, till, li)
    await run_cues(shop)
    await spend_points(shop, li, 62, key="spent")
    [cake] = await rows("SELECT code FROM coupons WHERE kind = 'cake'")
    await redeem(shop, till, cake["code"])
    await gives_back(shop, till)
    held = await holding_of(li)
    assert (held.points, held.debt) == (0, 62)
    assert await rows("SELECT state FROM coupons WHERE kind = 'cake'") == [{"state": "used"}]
    assert await is_sound(shop)


async def test_points_that_lapsed_unspent_are_not_owed(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await gives_for_buying(shop, points={"expire": "7d"})
    li = await a_member(shop)
    await buys(shop, till, li)
    await run_cues(shop)
    clock.pass_time(days=9)
    await expire_points(shop)
    await gives_back(shop, till)
    held = await holding_of(li)
    assert (held.points, held.debt) == (0, 0)


async def test_the_effect_stands_so_that_once_stays_once(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop, per_person="once")
    li = await a_member(shop)
    await buys(shop, till, li)
    await run_cues(shop)
    await gives_back(shop, till)
    await buys(shop, till, li, 8)
    assert (await run_cues(shop), await effects()) == (0, ["treated"])
    assert await points_of(shop, li) == 32


async def test_what_waits_to_be_said_of_a_gift_is_not_said(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop)
    await buys(shop, till, await a_member(shop))
    await run_cues(shop)
    await gives_back(shop, till)
    found = await outbox_rows("campaign = 'test'")
    assert [(line["state"], line["reason"]) for line in found] == [("suppressed", "stopped")]


async def test_other_members_and_other_purchases_keep_theirs(shop: Shop, till: Till) -> None:
    await gives_for_buying(shop)
    li, wang = await a_member(shop), await a_member(shop, "wang")
    for person, sequence in ((li, 7), (li, 8), (wang, 9)):
        await buys(shop, till, person, sequence)
    await run_cues(shop)
    await gives_back(shop, till)
    assert [await cakes(person, shop) for person in (li, wang)] == [1, 1]
    assert await points_of(shop, li) == 62


async def test_what_a_merged_member_had_for_it_is_taken_from_the_one_that_is_left(
    shop: Shop, till: Till
) -> None:
    await gives_for_buying(shop)
    li, wang = await a_member(shop), await a_member(shop, "wang")
    await buys(shop, till, wang)
    await run_cues(shop)
    await merge(shop, li, wang)
    before = await points_of(shop, li)
    await gives_back(shop, till)
    assert await points_of(shop, li) == before - 62
    assert await cakes(li, shop) == 0
    assert await is_sound(shop)


@pytest.mark.parametrize("is_returned", [True, False])
async def test_goods_that_cost_nothing_are_given_back_by_their_lines(
    shop: Shop, is_returned: bool
) -> None:
    till = await a_till(shop)
    await gives_for_buying(shop)
    li = await a_member(shop)
    await buys(shop, till, li)
    await change("UPDATE purchases SET paid_fen = 0, points_standing = 0, growth_standing = 0")
    line = {"sku": "latte", "quantity": 1, "amount_fen": 3200}
    if is_returned:
        found = await row("SELECT lines FROM purchases")
        assert found is not None
        assert '"latte"' in found["lines"]
        await refund(shop, till, receipt_no="C-7", lines=[line])
    assert await run_cues(shop) == (0 if is_returned else 1)


async def test_gifts_of_one_effect_are_not_those_of_another() -> None:
    assert set(gift_keys(12)).isdisjoint(gift_keys(1))
