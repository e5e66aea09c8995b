"""撤销合并: what came and is not used goes back, what was spent stays spent."""

import pytest

from loyalty.merging import HoldUnderWay, LaterMergeFirst, NothingToPart, TooLateToPart
from loyalty.person import Person
from services.org.tills import Till
from services.shop import Shop
from services.tiers.measures import ladder_of, progress_of_many
from storage.models import Member
from tests.services.growing import brings_back, spends, tier_code, until, use_ladder
from tests.services.merging import books_are_right, figures_of, lots_of, merge, part, sums
from tests.services.posting import give, member_id_of, spend_points, take_back
from tests.services.purses import Counter, a_purchase
from tests.shop_parts import MachineClock, a_follower, a_member


async def test_untouched_both_are_as_they_were(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await Counter(shop, till, wang).top_up(3000, 1000)
    await spends(shop, wang, 700)
    before = [await figures_of(person) for person in (li, wang)]
    lots = [await lots_of(person) for person in (li, wang)]
    merged = await merge(shop, li, wang)
    parted = await part(shop, merged)
    assert [await figures_of(person) for person in (li, wang)] == before
    assert [await lots_of(person) for person in (li, wang)] == lots
    assert (parted.points, parted.principal_fen, parted.bonus_fen) == (50, 3000, 1000)
    assert (await Member.get(id=member_id_of(wang))).state == "active"
    assert (await a_follower(shop, "wang")).member_id == wang.member_id
    await books_are_right(shop)


async def test_what_was_spent_meanwhile_stays_spent(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    merged = await merge(shop, li, wang)
    await spend_points(shop, li, 70, key="spent")
    parted = await part(shop, merged)
    assert parted.points == 30
    assert await sums() == {"points": 30}
    assert await figures_of(wang) == {"points": 30}
    await books_are_right(shop)


async def test_what_came_meanwhile_stays_with_the_kept_one(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    merged = await merge(shop, li, wang)
    await give(shop, li, 7, key="later")
    await part(shop, merged)
    assert [await figures_of(person) for person in (li, wang)] == [{"points": 57}, {"points": 50}]


async def test_a_debt_goes_back_as_far_as_it_is_not_paid(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await take_back(shop, wang, 70, key="back")
    merged = await merge(shop, li, wang)
    await give(shop, li, 5, key="later")
    assert (await part(shop, merged)).debt == 15
    assert [await figures_of(person) for person in (li, wang)] == [{"points": 50}, {"debt": 15}]
    await books_are_right(shop)


async def test_money_paid_with_both_returns_to_whom_it_was(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    kept, other = Counter(shop, till, li), Counter(shop, till, wang)
    await other.top_up(1000)
    await kept.top_up(2000, topup_no="T-kept")
    merged = await merge(shop, li, wang)
    await kept.pay(1500, receipt_no="R-both")
    purchase_id = await a_purchase(kept, "R-both", 1500)
    await part(shop, merged)
    assert (await kept.balances(), await other.balances()) == ((1500, 0), (0, 0))
    assert await kept.gives_back(purchase_id, 1200, key="refund-stored:1") == 1200
    assert (await kept.balances(), await other.balances()) == ((2000, 0), (700, 0))
    assert await kept.gives_back(purchase_id, 300, key="refund-stored:2") == 300
    assert (await kept.balances(), await other.balances()) == ((2000, 0), (1000, 0))
    await books_are_right(shop)


async def test_a_tier_that_only_the_merge_brought_goes(shop: Shop) -> None:
    await use_ladder(shop)
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await spends(shop, li, 30_000)
    await spends(shop, wang, 60_000)
    merged = await merge(shop, li, wang)
    assert await tier_code(shop, li) == "silver"
    await part(shop, merged)
    assert [await tier_code(shop, person) for person in (li, wang)] == ["base", "silver"]
    await books_are_right(shop)


async def test_a_longer_term_comes_and_goes(shop: Shop, clock: MachineClock) -> None:
    await use_ladder(shop)
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await spends(shop, li, 60_000)
    clock.pass_time(days=40)
    await spends(shop, wang, 60_000)
    terms = [await until(person) for person in (li, wang)]
    merged = await merge(shop, li, wang)
    assert await until(li) == terms[1]
    await part(shop, merged)
    assert [await until(person) for person in (li, wang)] == terms


async def test_growth_is_measured_as_if_they_had_never_been_one(shop: Shop) -> None:
    await use_ladder(shop)
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await spends(shop, li, 50_000)
    purchase_id, _ = await spends(shop, wang, 20_000)
    merged = await merge(shop, li, wang)
    await brings_back(shop, li, purchase_id, 5_000)
    assert await measured(shop, li, wang) == [65_000, 0]
    await part(shop, merged)
    assert await measured(shop, li, wang) == [50_000, 15_000]


async def measured(shop: Shop, *people: Person) -> list[int]:
    """Growth in the window that decides tiers."""
    ids = [member_id_of(person) for person in people]
    found = await progress_of_many(shop, ids, ladder=ladder_of(shop))
    return [progress.measures.growth for progress in found]


async def test_the_same_key_parts_once_and_another_finds_nothing(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    merged = await merge(shop, li, wang)
    assert await part(shop, merged) == await part(shop, merged)
    with pytest.raises(NothingToPart):
        await part(shop, merged, key="other")


async def test_it_can_be_parted_for_so_many_days(shop: Shop, clock: MachineClock) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    merged = await merge(shop, li, wang)
    clock.pass_time(days=31)
    with pytest.raises(TooLateToPart):
        await part(shop, merged)


async def test_the_later_merge_is_parted_first(shop: Shop) -> None:
    li, wang, zhao = [await a_member(shop, name) for name in ("li", "wang", "zhao")]
    first = await merge(shop, wang, zhao)
    second = await merge(shop, li, wang, key="second")
    assert await figures_of(li) == {"points": 150}
    with pytest.raises(LaterMergeFirst):
        await part(shop, first)
    await part(shop, second)
    assert await figures_of(wang) == {"points": 100}
    await part(shop, first, key="part-first")
    assert await figures_of(zhao) == {"points": 50}
    await books_are_right(shop)


async def test_two_that_came_part_in_any_order(shop: Shop) -> None:
    li, wang, zhao = [await a_member(shop, name) for name in ("li", "wang", "zhao")]
    first = await merge(shop, li, wang)
    await merge(shop, li, zhao, key="second")
    await part(shop, first)
    assert await figures_of(li) == {"points": 100}
    assert await figures_of(wang) == {"points": 50}
    await books_are_right(shop)


async def test_merged_parted_and_merged_again(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await part(shop, await merge(shop, li, wang))
    await give(shop, wang, 5, key="own")
    await merge(shop, wang, li, key="again")
    assert await figures_of(wang) == {"points": 105}
    await books_are_right(shop)


async def test_a_payment_under_way_stops_the_parting(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await Counter(shop, till, wang).top_up(3000)
    merged = await merge(shop, li, wang)
    await Counter(shop, till, li).hold(500)
    with pytest.raises(HoldUnderWay):
        await part(shop, merged)
    assert (await Member.get(id=member_id_of(wang))).state == "closed"
