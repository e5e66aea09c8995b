"""合并善后: what came in the very moment follows by night; old details are forgotten in time."""

from services.details.keeping import change_detail, plain_details
from services.merges.upkeep import look_after_merges
from services.people.closing import close_member
from services.shop import Shop
from storage.models import Coupon, Member
from storage.sql import change, rows
from tests.services.merging import books_are_right, merge, part
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member


async def test_a_coupon_given_in_the_moment_of_the_merge_follows_and_goes_back(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    merged = await merge(shop, li, wang)
    [*_, late] = await Coupon.all().order_by("id")
    await change("UPDATE coupons SET member_id = $1 WHERE id = $2", wang.member_id, late.id)
    await look_after_merges(shop)
    assert (await Coupon.get(id=late.id)).member_id == li.member_id
    assert await look_after_merges(shop) == 0
    await part(shop, merged)
    assert (await Coupon.get(id=late.id)).member_id == wang.member_id
    await books_are_right(shop)


async def test_details_of_the_merged_one_are_kept_as_long_as_both_can_be_parted(
    shop: Shop, clock: MachineClock
) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    wang_id = member_id_of(wang)
    await change_detail(shop, wang_id, "name", "王小明", key="d1")
    await change_detail(shop, wang_id, "email", "wang@example.com", key="d2")
    await merge(shop, li, wang)
    assert await look_after_merges(shop) == 0
    clock.pass_time(days=31)
    assert await look_after_merges(shop) == 1
    assert await plain_details(shop, wang_id) == {}
    assert len(await plain_details(shop, member_id_of(li))) == 2


async def test_they_are_forgotten_when_the_kept_one_leaves(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await change_detail(shop, member_id_of(wang), "phone", "13800138000", key="d1")
    await merge(shop, li, wang)
    await change("UPDATE members SET state = 'closed' WHERE id = $1", li.member_id)
    assert await look_after_merges(shop) == 1
    assert (await Member.get(id=member_id_of(wang))).phone_index is None


async def test_nothing_of_the_merged_one_is_left_when_the_kept_one_leaves(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    wang_id = member_id_of(wang)
    for name, value in (("phone", "13800138000"), ("name", "王小明"), ("address", "科华路1号")):
        await change_detail(shop, wang_id, name, value, key=f"wang-{name}")
    await merge(shop, li, wang)
    await close_member(shop, li, shown_text="leaving", key="bye")
    assert await plain_details(shop, wang_id) == {}
    assert (await Member.get(id=wang_id)).phone_index is None
    assert await look_after_merges(shop) == 0
    await books_are_right(shop)


async def test_a_chain_of_merges_leaves_no_words_behind(shop: Shop) -> None:
    li, wang, zhao = [await a_member(shop, name) for name in ("li", "wang", "zhao")]
    await merge(shop, wang, zhao, key="m1")
    await merge(shop, li, wang, key="m2")
    await close_member(shop, li, shown_text="leaving", key="bye")
    assert await rows("SELECT DISTINCT reason FROM member_merges") == [{"reason": ""}]
