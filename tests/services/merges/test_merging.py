"""合并会员: two memberships of one person become one, and nothing is lost or made on the way."""

import pytest

from loyalty.merging import HoldUnderWay, MemberMerged, NotMergeable, SameMember
from services.merges.merging import merge_members
from services.org.tills import Till
from services.shop import Shop
from storage.models import Follower, Member
from storage.sql import rows
from storage.staff import member_by_no
from tests.services.growing import brings_back, spends, tier_code, use_ladder
from tests.services.merging import books_are_right, figures_of, lots_of, merge, sums
from tests.services.posting import give, member_id_of, spend_points, take_back
from tests.services.purses import Counter
from tests.services.staffing import a_staff
from tests.shop_parts import a_follower, a_member, join


async def test_points_of_both_are_one_balance_and_every_lot_keeps_its_last_day(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await give(shop, wang, 30, key="w1")
    before, lots = await sums(), [*await lots_of(li), *await lots_of(wang)]
    merged = await merge(shop, li, wang)
    assert (merged.points, merged.debt, merged.principal_fen) == (80, 0, 0)
    assert await figures_of(li) == {"points": 130}
    assert await sums() == before
    assert await lots_of(li) == sorted(lots, key=lots.index)
    assert await lots_of(wang) == []
    await books_are_right(shop)


async def test_debts_are_added_and_nothing_is_set_off(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await take_back(shop, wang, 70, key="back")
    merged = await merge(shop, li, wang)
    assert (merged.points, merged.debt) == (0, 20)
    assert await figures_of(li) == {"points": 50, "debt": 20}
    assert await give(shop, li, 25, key="later") == 55
    assert await figures_of(li) == {"points": 55}
    await books_are_right(shop)


async def test_stored_value_keeps_its_pairs(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    counter, kept = Counter(shop, till, wang), Counter(shop, till, li)
    await counter.top_up(3000, 1000)
    await counter.pay(400)
    merged = await merge(shop, li, wang)
    assert (merged.principal_fen, merged.bonus_fen) == (2700, 900)
    await kept.pay(400, receipt_no="R-K")
    assert await kept.balances() == (2400, 800)
    figures = await kept.refund_card()
    assert (figures.paid_fen, figures.given_fen, figures.refund_fen) == (3000, 1000, 2400)
    await books_are_right(shop)


async def test_the_merged_one_is_closed_and_found_by_the_old_number(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await merge(shop, li, wang)
    row = await Member.get(id=member_id_of(wang))
    assert (row.state, row.merged_into) == ("closed", li.member_id)
    assert wang.member_no is not None
    assert await member_by_no(wang.member_no) == li.member_id
    assert (await a_follower(shop, "wang")).member_id == li.member_id
    assert await Follower.filter(member_id=wang.member_id).count() == 0


async def test_the_same_key_merges_once(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    first = await merge(shop, li, wang)
    assert await merge(shop, li, wang) == first
    assert len(await rows("SELECT id FROM member_merges")) == 1


async def test_nobody_is_merged_with_themselves_or_with_who_has_gone(shop: Shop) -> None:
    li, wang, zhao = [await a_member(shop, name) for name in ("li", "wang", "zhao")]
    with pytest.raises(SameMember):
        await merge(shop, li, li)
    await merge(shop, li, wang)
    for kept, merged in ((zhao, wang), (wang, zhao)):
        with pytest.raises(NotMergeable):
            await merge(shop, kept, merged, key="again")
    assert await figures_of(zhao) == {"points": 50}


async def test_a_payment_under_way_has_to_end_first(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    counter = Counter(shop, till, wang)
    await counter.top_up(3000)
    held = await counter.hold(500)
    with pytest.raises(HoldUnderWay):
        await merge(shop, li, wang)
    await counter.void(held.answer["hold_id"])
    assert (await merge(shop, li, wang)).principal_fen == 3000


async def test_nothing_is_booked_on_who_was_merged(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await merge(shop, li, wang)
    with pytest.raises(MemberMerged):
        await give(shop, wang, 5, key="late")
    assert await figures_of(li) == {"points": 100}


async def test_growth_of_both_counts_in_its_own_time(shop: Shop) -> None:
    await use_ladder(shop)
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await spends(shop, li, 30_000)
    await spends(shop, wang, 25_000)
    merged = await merge(shop, li, wang)
    assert await tier_code(shop, li) == "silver"
    assert await figures_of(li) == {"points": 100, "growth": 55_000}
    assert merged.kept_id == li.member_id
    await books_are_right(shop)


async def test_old_growth_does_not_become_new_by_a_merge(shop: Shop) -> None:
    await use_ladder(shop)
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    long_ago = shop.now().replace(year=shop.now().year - 2)
    await spends(shop, wang, 45_000, at=long_ago)
    await spends(shop, li, 30_000)
    await merge(shop, li, wang)
    assert await tier_code(shop, li) == "base"


async def test_the_better_tier_stays_with_its_term(shop: Shop) -> None:
    await use_ladder(shop)
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    purchase_id, _ = await spends(shop, wang, 60_000)
    await merge(shop, li, wang)
    assert await tier_code(shop, li) == "silver"
    await brings_back(shop, li, purchase_id, 60_000)
    assert await tier_code(shop, li) == "base"


async def test_points_spent_before_return_to_the_lots_they_came_from(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await spend_points(shop, wang, 50, key="w-spend")
    await merge(shop, li, wang)
    assert [left for _, _, left, _ in await lots_of(li)] == [50, 0]
    await books_are_right(shop)


async def test_an_imported_member_without_a_person_is_merged(shop: Shop) -> None:
    li = await a_member(shop, "li")
    other = await Member.create(join_key="import:1", joined_at=shop.now(), member_no="80000777")
    merged = await merge_members(
        shop, member_id_of(li), other.id, by="system", reason="phone", key="import"
    )
    assert (merged.points, merged.coupons) == (0, 0)
    assert await figures_of(li) == {"points": 50}
    await books_are_right(shop)


async def test_who_joined_again_after_a_merge_is_the_same_member(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await merge(shop, li, wang)
    joined = await join(shop, await a_follower(shop, "wang"), key="again")
    assert joined.member_no == li.member_no
    assert await figures_of(li) == {"points": 100}


async def test_staff_of_the_merged_member_stay_staff(shop: Shop) -> None:
    li, chen = await a_member(shop, "li"), await a_member(shop, "chen")
    await a_staff(shop, "chen")
    await merge(shop, li, chen)
    assert (await a_follower(shop, "chen")).staff_id is not None
