"""Unmasking (查看完整信息): for trained staff in reach, for a reason, twenty a day, and kept."""

import json

import pytest

from loyalty.person import Person
from loyalty.staff import NotAllowed, Role
from services.counter.kinds import ReasonTooLong
from services.details.keeping import change_detail
from services.details.unmasking import UNMASKED_A_DAY, UnmaskLimitReached, unmask
from services.org.staff import MemberUnknown
from services.shop import Shop
from storage.sql import rows
from tests.services.org.test_training import trained
from tests.services.posting import member_id_of
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock, a_member

FULL = {"phone": "13800138000", "name": "李小红", "address": None}
MASKED = {"phone": "138****8000", "name": "李*", "address": None}


@pytest.fixture
async def li(shop: Shop) -> Person:
    li = await a_member(shop)
    await change_detail(shop, member_id_of(li), "phone", "13800138000", key="phone")
    await change_detail(shop, member_id_of(li), "name", "李小红", key="name")
    return li


async def looks(what: str = "member.unmask") -> list[dict[str, object]]:
    return await rows("SELECT staff_id, member_id, facts FROM audit_log WHERE what = $1", what)


async def test_trained_staff_see_it_in_full_and_it_is_kept_with_the_reason(
    shop: Shop, li: Person
) -> None:
    manager = await trained(shop)
    for _ in range(2):
        seen = await unmask(shop, manager, str(li.member_no), "电话 13800138000 送货", key="m1")
        assert (seen.shown, seen.is_full) == (FULL, True)
    [look] = await looks()
    assert (look["staff_id"], look["member_id"]) == (manager.staff_id, li.member_id)
    assert json.loads(str(look["facts"])) == {"reason": "电话 **** 送货"}


async def test_without_a_pass_it_stays_masked_and_the_look_is_kept(shop: Shop, li: Person) -> None:
    manager = await a_staff(shop, "boss", Role.MANAGER, "cd01")
    seen = await unmask(shop, manager, str(li.member_no), "送货", key="m1")
    assert (seen.shown, seen.is_full) == (MASKED, False)
    assert len(await looks("member.view")) == 1
    assert await looks() == []


@pytest.mark.parametrize("role", [Role.CLERK, Role.MARKETING, Role.AUDITOR])
async def test_a_pass_gives_no_right(shop: Shop, li: Person, role: Role) -> None:
    await trained(shop, "somebody")
    staff = await a_staff(shop, "somebody", role, "cd01" if role == Role.CLERK else "")
    with pytest.raises(NotAllowed):
        await unmask(shop, staff, str(li.member_no), "送货", key="m1")
    assert await looks() == []


async def test_a_member_of_another_store_is_nobody(shop: Shop, li: Person) -> None:
    manager = await trained(shop)
    await rows("UPDATE members SET home_store_id = 2")
    with pytest.raises(MemberUnknown):
        await unmask(shop, manager, str(li.member_no), "送货", key="m1")
    assert await looks() == []


async def test_the_limit_is_a_days_and_a_persons(
    shop: Shop, clock: MachineClock, li: Person
) -> None:
    manager, other = await trained(shop), await trained(shop, "other", key="quiz2")
    for number in range(UNMASKED_A_DAY):
        await unmask(shop, manager, str(li.member_no), "送货", key=f"m{number}")
    with pytest.raises(UnmaskLimitReached):
        await unmask(shop, manager, str(li.member_no), "送货", key="more")
    assert (await unmask(shop, manager, str(li.member_no), "送货", key="m0")).shown == FULL
    assert (await unmask(shop, other, str(li.member_no), "送货", key="o")).shown == FULL
    clock.pass_time(hours=14)
    assert (await unmask(shop, manager, str(li.member_no), "送货", key="next")).shown == FULL


async def test_a_reason_is_short(shop: Shop, li: Person) -> None:
    with pytest.raises(ReasonTooLong):
        await unmask(shop, await trained(shop), str(li.member_no), "送" * 41, key="m1")
    assert await looks() == []
