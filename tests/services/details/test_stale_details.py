"""Stale details (待核资料): the list within one's stores, page by page, and what is confirmed."""

import pytest

from loyalty.person import Person
from loyalty.staff import NotAllowed, Role
from services.details.keeping import change_detail, mark_bounced
from services.details.stale_details import (
    NothingToCheck,
    PageUnreadable,
    StaleDetail,
    StaleMember,
    StoreShare,
    read_page,
    stale_page,
)
from services.loading import load_shop
from services.org.staff import MemberUnknown
from services.shop import Shop
from storage.sql import rows
from tests.services.posting import member_id_of
from tests.services.staffing import a_staff, asked, done
from tests.shop_parts import MachineClock, a_member

PHONE, ADDRESS = "13800138000", "成都市春熙路 1 号"


async def a_member_of(shop: Shop, name: str, store_id: int, *, typed: str = PHONE) -> Person:
    """A member of this store with a phone number."""
    person = await a_member(shop, name)
    await change_detail(shop, member_id_of(person), "phone", typed, key=f"phone-{name}")
    await rows("UPDATE members SET home_store_id = $1 WHERE id = $2", store_id, person.member_id)
    return person


async def listed(shop: Shop, staff: Person, page: int = 1, *, key: str = "list") -> list[str]:
    found = await stale_page(shop, staff, page, key=key)
    return [member.member_no for member in found.members]


async def test_the_list_shrinks_as_details_are_confirmed(shop: Shop, clock: MachineClock) -> None:
    li, wang = await a_member_of(shop, "li", 1), await a_member_of(shop, "wang", 1)
    clerk = await a_staff(shop)
    assert await listed(shop, clerk, key="l1") == []
    clock.pass_time(days=366)
    assert await listed(shop, clerk, key="l2") == [li.member_no, wang.member_no]
    await done(shop, clerk, "check_details", str(li.member_no))
    assert await listed(shop, clerk, key="l3") == [wang.member_no]


async def test_only_what_is_stale_is_named_and_only_by_its_mask(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member_of(shop, "li", 1)
    clock.pass_time(days=366)
    await change_detail(shop, member_id_of(li), "address", ADDRESS, key="address")
    await change_detail(shop, member_id_of(li), "name", "李小红", key="name")
    clerk = await a_staff(shop)
    phone = StaleDetail("phone", "138****8000", has_bounced=False)
    page = await stale_page(shop, clerk, 1, key="l1")
    assert page.members == (StaleMember(str(li.member_no), "李*", (phone,)),)
    await mark_bounced(shop, member_id_of(li), "address")
    address = StaleDetail("address", "成都市***", has_bounced=True)
    page = await stale_page(shop, clerk, 1, key="l2")
    assert page.members[0].details == (phone, address)


async def test_imported_data_that_nobody_has_confirmed_is_stale_at_once(shop: Shop) -> None:
    li = await a_member_of(shop, "li", 1)
    await rows("DELETE FROM detail_marks")
    assert await listed(shop, await a_staff(shop)) == [li.member_no]


@pytest.mark.parametrize("months", [1, 3])
async def test_the_shop_says_after_how_many_months(
    shop: Shop, clock: MachineClock, months: int
) -> None:
    await load_shop(shop, {"profile": {"stale_months": months}})
    await shop.rules.refresh()
    await a_member_of(shop, "li", 1)
    clerk = await a_staff(shop)
    clock.pass_time(days=months * 31 - 4)
    assert await listed(shop, clerk, key="l1") == []
    clock.pass_time(days=4)
    assert len(await listed(shop, clerk, key="l2")) == 1


async def test_staff_of_one_store_see_its_members_and_its_share_only(
    shop: Shop, clock: MachineClock
) -> None:
    here, there = await a_member_of(shop, "li", 1), await a_member_of(shop, "wang", 2)
    clock.pass_time(days=366)
    await a_member_of(shop, "fresh", 1)
    manager = await a_staff(shop, "boss", Role.MANAGER, "cd01")
    page = await stale_page(shop, manager, 1, key="l1")
    assert [member.member_no for member in page.members] == [here.member_no]
    assert page.shares == (StoreShare("春熙路店", 1, 2),)
    assert page.shares[0].percent == 50
    with pytest.raises(MemberUnknown):
        await asked(shop, manager, "check_details", str(there.member_no))


async def test_the_owner_sees_all_stores_those_with_most_to_do_first(
    shop: Shop, clock: MachineClock
) -> None:
    await a_member_of(shop, "li", 1)
    clock.pass_time(days=366)
    await a_member_of(shop, "wang", 2)
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    page = await stale_page(shop, owner, 1, key="l1")
    assert page.shares == (StoreShare("春熙路店", 0, 1), StoreShare("宽窄巷子店", 1, 1))


async def test_ten_a_page_and_the_shares_on_the_first(shop: Shop, clock: MachineClock) -> None:
    members = [await a_member_of(shop, f"m{number}", 1) for number in range(11)]
    clock.pass_time(days=366)
    manager = await a_staff(shop, "boss", Role.MANAGER, "cd01")
    first = await stale_page(shop, manager, 1, key="l1")
    second = await stale_page(shop, manager, 2, key="l2")
    assert (len(first.members), first.has_more, len(first.shares)) == (10, True, 1)
    assert (second.has_more, second.shares) == (False, ())
    assert [member.member_no for member in second.members] == [members[-1].member_no]


async def test_whoever_looked_is_kept_once_a_message(shop: Shop, member_id: int) -> None:
    clerk = await a_staff(shop)
    for _ in range(2):
        await stale_page(shop, clerk, 1, key="l1")
    kept = await rows("SELECT staff_id FROM audit_log WHERE what = 'details.stale_list'")
    assert kept == [{"staff_id": clerk.staff_id}]


async def test_each_member_on_a_page_was_looked_at(shop: Shop, clock: MachineClock) -> None:
    li, _ = await a_member_of(shop, "li", 1), await a_member_of(shop, "wang", 2)
    clock.pass_time(days=366)
    clerk = await a_staff(shop)
    await stale_page(shop, clerk, 1, key="l1")
    kept = await rows("SELECT member_id, staff_id FROM audit_log WHERE what = 'member.view'")
    assert kept == [{"member_id": li.member_id, "staff_id": clerk.staff_id}]


@pytest.mark.parametrize("role", [Role.MARKETING, Role.SUPPORT, Role.AUDITOR])
async def test_other_roles_have_no_list(shop: Shop, role: Role) -> None:
    staff = await a_staff(shop, "other", role, "")
    with pytest.raises(NotAllowed):
        await stale_page(shop, staff, 1, key="l1")


async def test_of_who_has_given_nothing_there_is_nothing_to_confirm(
    shop: Shop, member_id: int
) -> None:
    [member] = await rows("SELECT member_no FROM members")
    with pytest.raises(NothingToCheck):
        await asked(shop, await a_staff(shop), "check_details", member["member_no"])


@pytest.mark.parametrize("text", ["0", "-1", "1000", "x", "1.5", ""])
def test_a_page_is_a_plain_number(text: str) -> None:
    with pytest.raises(PageUnreadable):
        read_page(text)
