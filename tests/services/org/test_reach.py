"""权限范围: whom somebody of a store, a region or the brand can find."""

import pytest

from loyalty.member_numbers import member_number
from loyalty.person import Person
from loyalty.staff import Right, Role
from services.org.home_stores import settle_home_stores
from services.org.reach import (
    MemberOutOfReach,
    is_member_in_reach,
    reachable_member,
    staff_label,
)
from services.org.staff import MemberUnknown, NotAllowed, NotYourStore, allow, counter_of, where_of
from services.purchases.member_codes import show_code
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.reach import reach_filter, stores_of_member
from storage.sql import row, rows
from tests.services.staffing import a_staff
from tests.shop_parts import a_follower, a_member, a_report, a_till


async def buys(shop: Shop, member: Person, till: str, receipt_no: str = "R-1") -> None:
    assert member.member_id is not None
    code = (await show_code(shop, member.member_id)).code
    report = a_report(shop, receipt_no, member_code=code)
    await record_purchase(shop, await a_till(shop, till), report)


async def a_regular(shop: Shop, name: str, till: str) -> Person:
    """Somebody who bought once, at this till."""
    member = await a_member(shop, name)
    await buys(shop, member, till, f"R-{name}")
    return member


async def finds(shop: Shop, person: Person, member: Person) -> bool:
    try:
        await reachable_member(shop, person, str(member.member_no))
    except MemberOutOfReach:
        return False
    return True


async def test_a_clerk_finds_members_of_the_own_store_and_those_of_none(shop: Shop) -> None:
    chen = await a_staff(shop)
    own, other = await a_regular(shop, "own", "cd01-1"), await a_regular(shop, "other", "cd02-1")
    nobodys = await a_member(shop, "nobodys")
    assert [await finds(shop, chen, who) for who in (own, other, nobodys)] == [True, False, True]


async def test_out_of_reach_reads_like_a_number_nobody_has(shop: Shop) -> None:
    chen, other = await a_staff(shop), await a_regular(shop, "other", "cd02-1")
    with pytest.raises(MemberOutOfReach) as out_of_reach:
        await reachable_member(shop, chen, str(other.member_no))
    with pytest.raises(MemberUnknown) as unknown:
        await reachable_member(shop, chen, member_number(99))
    assert type(unknown.value) is MemberUnknown
    told = [(refused.value.wording, refused.value.facts) for refused in (out_of_reach, unknown)]
    assert told[0] == told[1]
    assert out_of_reach.value.member_id == other.member_id


async def test_whoever_shows_a_member_code_stands_here(shop: Shop) -> None:
    chen, other = await a_staff(shop), await a_regular(shop, "other", "cd02-1")
    assert other.member_id is not None
    code = (await show_code(shop, other.member_id)).code
    assert (await reachable_member(shop, chen, code)).id == other.member_id


async def test_buying_in_two_stores_makes_a_member_of_both(shop: Shop) -> None:
    chen, both = await a_staff(shop), await a_regular(shop, "both", "cd02-1")
    await settle_home_stores(shop)
    assert not await finds(shop, chen, both)
    await rows("DELETE FROM member_code_uses")
    await buys(shop, both, "cd01-1", "R-2")
    assert await finds(shop, chen, both)
    assert both.member_id is not None
    assert await stores_of_member(both.member_id) == frozenset({1, 2})


async def test_the_first_purchase_makes_the_home_store_once(shop: Shop) -> None:
    await a_regular(shop, "own", "cd02-1")
    await a_member(shop, "nobodys")
    assert await settle_home_stores(shop) == 1
    assert await settle_home_stores(shop) == 0
    homes = await rows(
        "SELECT s.code FROM members m LEFT JOIN stores s ON s.id = m.home_store_id ORDER BY m.id"
    )
    assert [home["code"] for home in homes] == ["cd02", None]


async def test_a_region_reaches_all_its_stores_and_no_other(shop: Shop) -> None:
    region = await a_staff(shop, "region", Role.MANAGER, "", region="cd")
    near, far = await a_regular(shop, "near", "cd02-1"), await a_regular(shop, "far", "cq01-1")
    assert [await finds(shop, region, who) for who in (near, far)] == [True, False]
    assert counter_of(shop, region, "cd02").place.store == "cd02"
    with pytest.raises(NotYourStore):
        counter_of(shop, region, "cq01")
    assert where_of(shop, region) == "成都"


async def test_the_brand_reaches_everybody(shop: Shop) -> None:
    boss, far = await a_staff(shop, "boss", Role.OWNER, ""), await a_regular(shop, "far", "cq01-1")
    assert await finds(shop, boss, far)
    assert far.member_id is not None
    assert await is_member_in_reach(shop, boss, far.member_id)


async def test_a_list_is_cut_to_the_reach(shop: Shop) -> None:
    for name, till in (("one", "cd01-1"), ("two", "cd02-1"), ("three", "cq01-1")):
        await a_regular(shop, name, till)

    async def counted(stores: frozenset[int] | None) -> int:
        condition, values = reach_filter(stores, first=2)
        found = await row(
            f"SELECT COUNT(*) AS n FROM members m WHERE m.state = $1 AND {condition}",
            "active",
            *values,
        )
        return int(found["n"]) if found else -1

    reaches = (None, frozenset({1, 2}), frozenset({4}), frozenset[int]())
    assert [await counted(stores) for stores in reaches] == [3, 2, 1, 0]


async def test_staff_are_named_by_role_number_and_place(shop: Shop) -> None:
    assert staff_label(shop, 3, "clerk", 1) == "店员 3 号（春熙路店）"
    assert staff_label(shop, 4, "owner", None) == "老板 4 号（山茶咖啡）"
    chen = await a_staff(shop, "region", Role.MANAGER, "", region="cd")
    assert staff_label(shop, 5, "manager", None, chen.region_id) == "店长 5 号（成都）"


async def test_nobody_has_a_right_by_default(shop: Shop) -> None:
    chen, stranger = await a_staff(shop), await a_follower(shop, "stranger")
    allow(chen, Right.LOOK_UP)
    for person, right in ((chen, "adjust"), (stranger, "confirm"), (stranger, "look_up")):
        with pytest.raises(NotAllowed):
            allow(person, Right(right))
