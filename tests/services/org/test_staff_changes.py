"""邀请员工、停用: owners change who works here, within reach and, for owners, in twos."""

import asyncio
import re

import pytest

from loyalty.confirmations import AnotherPersonNeeded
from loyalty.person import Person
from loyalty.staff import Role
from services.counter.actions import NotYoursToConfirm, confirm_action
from services.org.invitations import InvitationRefused, bind_staff, shown_code
from services.org.staff import NotAllowed, NotYourStore, StoreNeeded
from services.org.staff_changes import LastOwner, PlaceUnknown, RoleUnknown, StaffUnknown
from services.org.team import team
from services.shop import Shop
from storage.sql import rows
from tests.outbox import outbox_rows
from tests.services.staffing import a_staff, asked, done
from tests.shop_parts import MachineClock, a_follower


@pytest.fixture
async def boss(shop: Shop) -> Person:
    return await a_staff(shop, "boss", Role.OWNER, "")


async def active() -> list[str]:
    found = await rows("SELECT role FROM staff WHERE state = 'active' ORDER BY id")
    return [row["role"] for row in found]


async def told_to(person: Person) -> str:
    return str([line["value"] for line in await outbox_rows("openid = $1", person.openid)])


async def test_an_owner_brings_somebody_in_by_chat(shop: Shop, boss: Person) -> None:
    told = await done(shop, boss, "invite", "店员", "cd02")
    code = shown_code(shop, told.invitation)
    assert code not in str(await rows("SELECT * FROM confirmations"))
    assert code not in str(await rows("SELECT * FROM staff_invitations"))
    await bind_staff(shop, await a_follower(shop, "new"), code)
    new = await a_follower(shop, "new")
    assert (new.role, shop.rules.places[new.store_id or 0].store) == ("clerk", "cd02")
    (invitation,) = await rows(
        "SELECT invited_by FROM staff_invitations WHERE id ="
        " (SELECT invitation_id FROM staff WHERE id = $1)",
        new.staff_id,
    )
    assert invitation["invited_by"] == boss.staff_id
    assert "宽窄巷子店 店员" in await told_to(boss)


async def test_a_region_or_the_brand_can_be_where_somebody_works(shop: Shop, boss: Person) -> None:
    for name, where in (("one", ("店长", "CD")), ("two", ("客服",))):
        told = await done(shop, boss, "invite", *where, key=name)
        await bind_staff(shop, await a_follower(shop, name), shown_code(shop, told.invitation))
    one, two = await a_follower(shop, "one"), await a_follower(shop, "two")
    assert (one.store_id, one.region_id is None) == (None, False)
    assert (two.store_id, two.region_id) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("经理", "cd01"), RoleUnknown),
        (("店员",), StoreNeeded),
        (("店员", "cd"), StoreNeeded),
        (("店长", "xx"), PlaceUnknown),
    ],
)
async def test_what_is_no_invitation(
    shop: Shop, boss: Person, arguments: tuple[str, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await asked(shop, boss, "invite", *arguments)
    assert await rows("SELECT 1 AS one FROM confirmations") == []


async def test_nobody_gives_more_than_the_own_reach(shop: Shop) -> None:
    tenant = await a_staff(shop, "tenant", Role.OWNER, "cd01")
    for arguments in (("老板",), ("店长", "cd"), ("店员", "cd02")):
        with pytest.raises(NotYourStore):
            await asked(shop, tenant, "invite", *arguments)
    clerk = await a_staff(shop, "clerk", Role.CLERK, "cd02")
    with pytest.raises(StaffUnknown):
        await asked(shop, tenant, "stop", str(clerk.staff_id))


async def test_a_second_owner_makes_an_owner_where_there_is_one(shop: Shop, boss: Person) -> None:
    assert not (await asked(shop, boss, "invite", "老板", key="m1")).by_another
    partner = await a_staff(shop, "partner", Role.OWNER, "")
    tenant = await a_staff(shop, "tenant", Role.OWNER, "cd01")
    shown = await asked(shop, boss, "invite", "老板", key="m2")
    assert shown.by_another
    with pytest.raises(AnotherPersonNeeded):
        await confirm_action(shop, boss, shown.code, key="m3")
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, tenant, shown.code, key="m4")
    assert (await confirm_action(shop, partner, shown.code, key="m5")).invitation
    assert "邀请员工：老板" in await told_to(partner)
    assert "邀请员工：老板" not in await told_to(tenant)


async def test_who_was_stopped_is_a_customer_from_the_next_message_on(
    shop: Shop, boss: Person
) -> None:
    chen = await a_staff(shop)
    await done(shop, boss, "stop", str(chen.staff_id))
    assert (await a_follower(shop, "chen")).staff_id is None
    assert "已停用：店员" in await told_to(chen)


async def test_what_the_stopped_had_asked_and_invited_is_void(shop: Shop, boss: Person) -> None:
    partner = await a_staff(shop, "partner", Role.OWNER, "")
    told = await done(shop, partner, "invite", "店员", "cd01", key="m1")
    open_code = (await asked(shop, partner, "receipt", "10", "cd01", key="m2")).code
    stopping = await asked(shop, boss, "stop", str(partner.staff_id), key="m3")
    await confirm_action(shop, partner, stopping.code, key="m4")
    with pytest.raises(InvitationRefused):
        await bind_staff(shop, await a_follower(shop, "new"), shown_code(shop, told.invitation))
    with pytest.raises(NotAllowed):
        await confirm_action(shop, await a_follower(shop, "partner"), open_code, key="m5")
    assert await active() == ["owner"]


async def test_the_last_owner_stays(shop: Shop, boss: Person) -> None:
    await a_staff(shop, "tenant", Role.OWNER, "cd01")
    with pytest.raises(LastOwner):
        await asked(shop, boss, "stop", str(boss.staff_id))


async def test_two_owners_who_stop_each_other_at_once_leave_one(shop: Shop, boss: Person) -> None:
    partner = await a_staff(shop, "partner", Role.OWNER, "")
    first = await asked(shop, boss, "stop", str(partner.staff_id), key="m1")
    second = await asked(shop, partner, "stop", str(boss.staff_id), key="m2")
    await asyncio.gather(
        confirm_action(shop, partner, first.code, key="m3"),
        confirm_action(shop, boss, second.code, key="m4"),
        return_exceptions=True,
    )
    assert await active() == ["owner"]


@pytest.mark.parametrize("number", ["999", "0", "-1", "abc", "1e1", "2147483648000"])
async def test_a_number_nobody_has_stops_nobody(shop: Shop, boss: Person, number: str) -> None:
    with pytest.raises(StaffUnknown):
        await asked(shop, boss, "stop", number)


async def test_the_team_is_listed_within_reach(shop: Shop, boss: Person) -> None:
    await a_staff(shop)
    await a_staff(shop, "far", Role.CLERK, "cq01")
    auditor = await a_staff(shop, "auditor", Role.AUDITOR, "", region="cd")
    names = [re.sub(r"\d+", "N", mate.label) for mate in (await team(shop, auditor)).mates]
    assert names == ["店员 N 号（春熙路店）", "审计 N 号（成都）"]
    assert len((await team(shop, boss)).mates) == 4
    assert [len((await team(shop, boss, code)).mates) for code in ("cq01", "cd", "cq")] == [1, 2, 1]
    with pytest.raises(NotAllowed):
        await team(shop, await a_staff(shop))


async def test_a_long_list_is_cut_and_says_so(shop: Shop, boss: Person) -> None:
    for number in range(22):
        await a_staff(shop, f"clerk-{number}")
    found = await team(shop, boss)
    assert (len(found.mates), found.more) == (20, 3)


async def test_an_invitation_lives_a_quarter_of_an_hour(
    shop: Shop, boss: Person, clock: MachineClock
) -> None:
    told = await done(shop, boss, "invite", "审计")
    clock.pass_time(minutes=15, seconds=1)
    with pytest.raises(InvitationRefused):
        await bind_staff(shop, await a_follower(shop, "new"), shown_code(shop, told.invitation))
