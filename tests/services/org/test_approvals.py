"""批准: an operator asks, an owner says yes in chat, and exactly that runs, once."""

import asyncio
from dataclasses import replace

import pytest

from loyalty.person import Person
from loyalty.staff import Role
from services.counter.actions import confirm_action
from services.org.approvals import ApprovalUnknown, approved, ask_approval
from services.org.staff import NotAllowed
from services.shop import Shop
from storage.sql import rows
from tests.outbox import outbox_rows
from tests.services.staffing import a_staff, asked, done
from tests.shop_parts import MachineClock

CONTENT: dict[str, object] = {"purpose": "field"}


@pytest.fixture
def live(shop: Shop) -> Shop:
    return replace(shop, environment="production")


@pytest.fixture
async def boss(shop: Shop) -> Person:
    return await a_staff(shop, "boss", Role.OWNER, "")


async def may(shop: Shop, content: dict[str, object] = CONTENT) -> bool:
    return await approved(shop, "keys.rotate", content)


async def ask(shop: Shop, content: dict[str, object] = CONTENT) -> str:
    return (await ask_approval(shop, "keys.rotate", content, summary="更换密钥")).code


async def states() -> list[str]:
    return [row["state"] for row in await rows("SELECT state FROM operator_requests ORDER BY id")]


async def test_what_an_owner_approved_runs_once(live: Shop, boss: Person) -> None:
    assert not await may(live)
    code = await ask(live)
    assert not await may(live)
    told = await done(live, boss, "approve", code)
    assert told.text == "已批准，操作员可在 30 分钟内执行一次。"
    assert [await may(live) for _ in range(3)] == [True, False, False]
    assert await states() == ["used"]


async def test_of_ten_commands_at_once_one_runs(live: Shop, boss: Person) -> None:
    await done(live, boss, "approve", await ask(live))
    ran = await asyncio.gather(*[may(live) for _ in range(10)])
    assert sorted(ran) == [False] * 9 + [True]


async def test_only_what_was_approved_runs(live: Shop, boss: Person) -> None:
    await done(live, boss, "approve", await ask(live))
    assert not await may(live, {"purpose": "till_seal"})
    assert not await approved(live, "keys.remove", CONTENT)
    assert await may(live)


async def test_half_an_hour_later_nothing_is_approved(
    live: Shop, boss: Person, clock: MachineClock
) -> None:
    unanswered, answered = await ask(live, {"purpose": "a"}), await ask(live)
    await done(live, boss, "approve", answered)
    clock.pass_time(minutes=31)
    assert not await may(live)
    with pytest.raises(ApprovalUnknown):
        await asked(live, boss, "approve", unanswered, key="m2")


async def test_asking_again_makes_the_code_before_worthless(live: Shop, boss: Person) -> None:
    first, second = await ask(live), await ask(live)
    with pytest.raises(ApprovalUnknown):
        await asked(live, boss, "approve", first)
    await done(live, boss, "approve", second, key="m2")
    assert await states() == ["dead", "approved"]


async def test_what_is_asked_anew_between_summary_and_yes_is_not_approved(
    live: Shop, boss: Person
) -> None:
    code = await ask(live)
    shown = await asked(live, boss, "approve", code)
    await ask(live)
    with pytest.raises(ApprovalUnknown):
        await confirm_action(live, boss, shown.code, key="yes")
    assert await states() == ["dead", "open"]


async def test_only_owners_of_the_whole_brand_approve(live: Shop, boss: Person) -> None:
    code = await ask(live)
    with pytest.raises(NotAllowed):
        await asked(live, await a_staff(live, "manager", Role.MANAGER), "approve", code)
    with pytest.raises(ApprovalUnknown):
        await asked(live, await a_staff(live, "tenant", Role.OWNER, "cd01"), "approve", code)
    assert await states() == ["open"]


async def test_an_owner_who_was_stopped_has_approved_nothing(live: Shop, boss: Person) -> None:
    await done(live, boss, "approve", await ask(live))
    await rows("UPDATE staff SET state = 'stopped'")
    assert not await may(live)


async def test_owners_hear_the_summary_and_not_the_code(live: Shop, boss: Person) -> None:
    code = await ask(live)
    told = [row["value"] for row in await outbox_rows()]
    assert ["更换密钥" in text for text in told if "操作员" in text] == [True]
    kept = str(await rows("SELECT * FROM operator_requests")) + str(told)
    assert code not in kept


async def test_the_trail_says_who_approved(live: Shop, boss: Person) -> None:
    await done(live, boss, "approve", await ask(live))
    await may(live)
    found = await rows("SELECT actor, approval FROM audit_log WHERE what = 'operator.keys.rotate'")
    assert found == [{"actor": "operator", "approval": boss.staff_id}]


async def test_in_the_sandbox_nobody_is_asked(shop: Shop) -> None:
    assert await may(shop)
    assert await states() == []
