"""Auditing (审计): every act leaves one row, at the end of a chain that fits."""

import asyncio

import pytest

from loyalty.staff import Role
from services.custody.audit_reading import newest_of_staff
from services.custody.auditing import OPERATOR, Act, audit, audit_alone
from services.custody.verify import verify_ledger
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.audit_trail import chain, chain_head
from storage.sql import change
from storage.transactions import transactional
from tests.services.damaged_books import drop_triggers
from tests.services.staffing import a_staff
from tests.services.ticketing import a_ticket, replied
from tests.shop_parts import a_follower, a_member, a_receipt, a_report

A_VIEW = Act("member.view", 7, "ticket:12", {"points": 5, "reason": "核对"})


@transactional
async def audited(shop: Shop, act: Act, key: str) -> None:
    await audit(shop, OPERATOR, act, key=key)


async def acts() -> list[str]:
    """All but the loading of the demo shop."""
    return [link.what async for link, _ in chain()][1:]


async def test_a_row_says_who_did_what_to_whom(shop: Shop) -> None:
    owner = await a_staff(shop, "owner")
    await audit_alone(shop, owner, A_VIEW, key="m1")
    *_, (link, _) = [found async for found in chain()]
    assert (link.staff_id, link.role, link.store_id) == (owner.staff_id, "clerk", owner.store_id)
    assert (link.actor, link.what, link.member_id) == (
        f"follower:{owner.follower_id}",
        "member.view",
        7,
    )
    assert (link.subject, link.facts) == ("ticket:12", '{"points": 5, "reason": "核对"}')


async def test_the_same_message_again_adds_nothing(shop: Shop) -> None:
    for what in ("one", "one", "two"):
        await audited(shop, Act(what), "m1")
    assert await acts() == ["one", "two"]
    assert (await chain_head()).last_id == 3
    assert (await verify_ledger(shop)).complaints == ()


async def test_many_at_once_make_one_chain(shop: Shop) -> None:
    await asyncio.gather(*[audited(shop, Act("one"), f"m{number}") for number in range(12)])
    assert [link.id async for link, _ in chain()] == list(range(1, 14))
    assert (await verify_ledger(shop)).complaints == ()


async def test_an_act_that_is_undone_by_a_fault_leaves_no_gap(shop: Shop) -> None:
    @transactional
    async def broken() -> None:
        await audit(shop, OPERATOR, Act("one"), key="m1")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await broken()
    await audited(shop, Act("two"), "m2")
    assert await acts() == ["two"]
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_person_who_is_refused_for_ever_fills_no_table(shop: Shop) -> None:
    li = await a_follower(shop)
    for number in range(30):
        await audit_alone(shop, li, Act("refused.word"), key=f"m{number}")
    assert len(await acts()) == 20


async def test_tills_and_members_add_nothing_to_the_trail(shop: Shop, till: Till) -> None:
    before = await chain_head()
    li = await a_member(shop)
    await record_purchase(shop, till, a_report(shop))
    await claim_receipt(shop, li, a_receipt(shop, till))
    assert await chain_head() == before


DAMAGE = [
    ("UPDATE audit_log SET facts = '{}' WHERE id = 2", "altered_audit_row"),
    ("DELETE FROM audit_log WHERE id = 2", "audit_gap"),
    ("DELETE FROM audit_log WHERE id = 4", "audit_cut"),
    ("DELETE FROM audit_head", "audit_cut"),
    ("UPDATE audit_head SET last_hash = 'x'", "audit_cut"),
]


@pytest.mark.parametrize(("damage", "kind"), DAMAGE)
async def test_verifying_finds_what_was_done_to_the_trail(
    shop: Shop, damage: str, kind: str
) -> None:
    for number in range(3):
        await audited(shop, A_VIEW, f"m{number}")
    await drop_triggers()
    assert await change(damage) == 1
    assert kind in {complaint.kind for complaint in (await verify_ledger(shop)).complaints}


async def test_whom_a_ticket_is_about_does_not_read_of_it(shop: Shop) -> None:
    clerk = await a_staff(shop, "clerk", Role.CLERK, "cd01")
    owners = [await a_staff(shop, name, Role.OWNER, "") for name in ("one", "two")]
    about = ", ".join(f"员工{owner.staff_id}" for owner in (clerk, owners[0]))
    ticket = await a_ticket(shop, await a_follower(shop), f"春熙路店 {about} 骂人")
    await replied(shop, owners[1], ticket)
    for owner, numbers in zip(owners, ([], [str(ticket.id)]), strict=True):
        lines = await newest_of_staff(shop, owner, key=f"read-{owner.staff_id}")
        assert [line.ticket_no for line in lines if line.ticket_no] == numbers
