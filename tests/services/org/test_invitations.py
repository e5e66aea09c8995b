"""员工邀请: only the holder of an invitation becomes staff, once and in time; owners hear of it."""

import asyncio

import pytest

from loyalty.person import Person
from loyalty.staff import Right, Role
from services.org.invitations import (
    InvitationRefused,
    OwnerStaysOwner,
    StoreMissing,
    StoreNotThere,
    bind_staff,
    invite,
    list_staff,
    stop_staff,
)
from services.shop import Shop
from storage.sql import rows
from tests.outbox import outbox_rows
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock, a_follower

WRONG = "AAAA-BBBB-CCCC-DDDD"


async def a_code(shop: Shop, role: Role = Role.CLERK, store: str = "cd01") -> str:
    return str((await invite(shop, role, store))["code"])


async def active_staff() -> list[str]:
    found = await rows("SELECT role FROM staff WHERE state = 'active' ORDER BY id")
    return [row["role"] for row in found]


async def test_an_invitation_makes_its_holder_staff_of_one_store(shop: Shop) -> None:
    chen = await a_staff(shop)
    assert chen.role == Role.CLERK
    assert chen.store_id is not None
    assert shop.rules.places[chen.store_id].store == "cd01"
    assert chen.may(Right.REDEEM)
    assert not chen.may(Right.ADJUST)


async def test_an_owner_belongs_to_the_whole_brand(shop: Shop) -> None:
    boss = await a_staff(shop, "boss", Role.OWNER, "")
    assert (boss.store_id, boss.may(Right.CARD_REFUND)) == (None, True)


async def test_everybody_else_has_no_right_at_all(shop: Shop) -> None:
    stranger = await a_follower(shop)
    assert not any(stranger.may(right) for right in Right)


async def test_the_code_is_told_once_and_kept_as_a_hash(shop: Shop) -> None:
    invitation = await invite(shop, Role.OWNER)
    assert invitation["role"] == "owner"
    assert invitation["store"] is None
    assert invitation["expires_at"] == "2027-01-11T10:15:00+08:00"
    assert str(invitation["code"])[:4] not in str(await rows("SELECT * FROM staff_invitations"))


async def test_a_code_serves_one_person_once(shop: Shop) -> None:
    code = await a_code(shop)
    chen, thief = await a_follower(shop, "chen"), await a_follower(shop, "thief")
    first = await bind_staff(shop, chen, code)
    assert await bind_staff(shop, chen, code) == first
    with pytest.raises(InvitationRefused):
        await bind_staff(shop, thief, code)
    assert await active_staff() == ["clerk"]


async def test_of_ten_people_with_one_code_one_is_bound(shop: Shop) -> None:
    code = await a_code(shop)
    people = [await a_follower(shop, f"person-{number}") for number in range(10)]
    tried = await asyncio.gather(
        *[bind_staff(shop, person, code) for person in people], return_exceptions=True
    )
    assert sum(not isinstance(result, InvitationRefused) for result in tried) == 1
    assert await active_staff() == ["clerk"]


async def test_after_a_quarter_of_an_hour_a_code_is_nothing(
    shop: Shop, clock: MachineClock
) -> None:
    good, late = await a_code(shop), await a_code(shop)
    chen = await a_follower(shop, "chen")
    clock.pass_time(minutes=15)
    await bind_staff(shop, chen, good)
    clock.pass_time(milliseconds=1)
    with pytest.raises(InvitationRefused):
        await bind_staff(shop, await a_follower(shop, "late"), late)


async def test_a_code_may_be_typed_small_and_with_look_alikes(shop: Shop) -> None:
    code = await a_code(shop)
    typed = code.lower().replace("-", "").replace("l", "1")
    assert (await bind_staff(shop, await a_follower(shop), typed)).store == "春熙路店"


async def test_five_wrong_codes_within_an_hour_are_the_last(
    shop: Shop, clock: MachineClock
) -> None:
    chen = await a_follower(shop, "chen")
    for _ in range(5):
        with pytest.raises(InvitationRefused):
            await bind_staff(shop, chen, WRONG)
    with pytest.raises(InvitationRefused):
        await bind_staff(shop, chen, await a_code(shop))
    other = await a_follower(shop, "other")
    assert (await bind_staff(shop, other, await a_code(shop))).role == "clerk"


async def test_a_new_invitation_replaces_the_role_before(shop: Shop) -> None:
    await a_staff(shop)
    assert (await a_staff(shop, role=Role.MANAGER, store="cd02")).role == "manager"
    assert await active_staff() == ["manager"]
    assert await rows("SELECT role FROM staff WHERE state = 'stopped'") == [{"role": "clerk"}]


async def test_nobody_can_send_an_owner_an_invitation_to_a_smaller_role(shop: Shop) -> None:
    boss = await a_staff(shop, "boss", Role.OWNER, "")
    code = await a_code(shop)
    with pytest.raises(OwnerStaysOwner):
        await bind_staff(shop, boss, code)
    assert (await bind_staff(shop, await a_follower(shop, "chen"), code)).role == "clerk"


async def test_owners_hear_of_everybody_who_is_bound(shop: Shop) -> None:
    await a_staff(shop, "boss", Role.OWNER, "")
    assert await rows("SELECT 1 AS one FROM outbox") == []
    await a_staff(shop)
    (told,) = await outbox_rows()
    assert (told["openid"], told["class"]) == ("openid-boss", "transactional")
    assert "春熙路店 店员" in told["value"]


async def test_who_stands_at_a_counter_is_invited_to_its_store(shop: Shop) -> None:
    with pytest.raises(StoreMissing):
        await invite(shop, Role.CLERK)
    with pytest.raises(StoreNotThere):
        await invite(shop, Role.CLERK, "cd99")
    manager = await a_staff(shop, "manager", Role.MANAGER, "")
    assert (manager.role, manager.store_id) == ("manager", None)


async def test_a_removed_clerk_is_a_customer_with_the_next_message(shop: Shop) -> None:
    chen: Person = await a_staff(shop)
    await rows("UPDATE staff SET state = 'stopped'")
    assert (await a_follower(shop, "chen")).role is None
    assert chen.role == "clerk"


async def test_staff_are_listed_and_stopped_by_number(shop: Shop) -> None:
    chen = await a_staff(shop)
    await a_staff(shop, "boss", Role.OWNER, "")
    clerk, owner = await list_staff(shop)
    assert (clerk["role"], clerk["store"], owner["store"]) == ("clerk", "cd01", None)
    assert chen.staff_id == clerk["staff"]
    assert await stop_staff(shop, int(str(clerk["staff"])))
    assert not await stop_staff(shop, int(str(clerk["staff"])))
    assert await list_staff(shop) == [owner]
    assert (await a_follower(shop, "chen")).role is None
