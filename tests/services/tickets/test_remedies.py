"""补偿: within limits alone, above them by two, never unseen by the member, never twice."""

import pytest

from loyalty.confirmations import AnotherPersonNeeded, Asked, Told
from loyalty.person import Person
from loyalty.points import NotEnoughPoints
from loyalty.staff import NotAllowed, Role
from loyalty.tickets import Ticket, TicketUnknown
from services.counter.actions import NotYoursToConfirm, confirm_action
from services.counter.points import PointsUnreadable
from services.coupons.issuing import usable_coupons
from services.custody.verify import verify_ledger
from services.shop import Shop
from services.tickets.answers import name_subject
from services.tickets.remedies import (
    CouponKindUnknown,
    RemedyCouponUsed,
    RemedyForNobody,
    RemedyLimitReached,
    RemedyTooLarge,
)
from storage.sql import change, rows
from tests.services.posting import take_back
from tests.services.staffing import a_staff, asked
from tests.services.staffing import done as undone
from tests.services.ticketing import a_ticket, messages, told
from tests.shop_parts import a_follower, a_member, points_of

WELCOME = 50


async def proposed(
    shop: Shop, person: Person, ticket: Ticket, *gift: str, key: str = "m1"
) -> Asked:
    return await asked(shop, person, "remedy", str(ticket.id), *gift, key=key)


async def given(shop: Shop, person: Person, ticket: Ticket, *gift: str, key: str = "m1") -> Told:
    proposal = await proposed(shop, person, ticket, *gift, key=key)
    return await confirm_action(shop, person, proposal.code, key=f"{key}-yes")


async def coupons_of(shop: Shop, person: Person) -> list[str]:
    assert person.member_id is not None
    return [coupon.name for coupon in await usable_coupons(shop, person.member_id)]


async def test_support_gives_points_alone_and_the_member_hears_of_it(shop: Shop) -> None:
    li, support = await a_member(shop), await a_staff(shop, "support", Role.SUPPORT)
    ticket = await a_ticket(shop, li)
    for _ in range(2):
        await given(shop, support, ticket, "points", "500")
    assert await points_of(shop, li) == WELCOME + 500
    assert len([text for text in await told("li") if "补偿你：500 积分" in text]) == 1
    assert [message["step"] for message in await messages()] == ["open", "remedy"]
    audited = await rows("SELECT what, member_id FROM audit_log WHERE what = 'ticket.remedy'")
    assert [line["member_id"] for line in audited] == [li.member_id]
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_coupon_counts_as_much_as_all_that_support_gives_alone(shop: Shop) -> None:
    li, support = await a_member(shop), await a_staff(shop, "support", Role.SUPPORT)
    ticket = await a_ticket(shop, li)
    await given(shop, support, ticket, "coupon", "birthday")
    assert "生日" in "".join(await coupons_of(shop, li))
    assert (await proposed(shop, support, ticket, "points", "1", key="m2")).by_another


@pytest.mark.parametrize(
    ("role", "points", "needs_another"),
    [
        (Role.SUPPORT, "500", False),
        (Role.SUPPORT, "501", True),
        (Role.MANAGER, "2000", False),
        (Role.MANAGER, "2001", True),
        (Role.OWNER, "10000", False),
    ],
)
async def test_each_role_gives_so_much_alone(
    shop: Shop, role: Role, points: str, needs_another: bool
) -> None:
    person = await a_staff(shop, "staff", role, "" if role is Role.OWNER else "cd01")
    ticket = await a_ticket(shop, await a_member(shop))
    assert (await proposed(shop, person, ticket, "points", points)).by_another is needs_another


async def test_above_the_limit_a_manager_says_yes_and_support_does_not(shop: Shop) -> None:
    li, support = await a_member(shop), await a_staff(shop, "support", Role.SUPPORT)
    manager = await a_staff(shop, "manager", Role.MANAGER)
    other = await a_staff(shop, "other", Role.SUPPORT)
    proposal = await proposed(shop, support, await a_ticket(shop, li), "points", "800")
    with pytest.raises(AnotherPersonNeeded):
        await confirm_action(shop, support, proposal.code, key="y0")
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, other, proposal.code, key="y1")
    await confirm_action(shop, manager, proposal.code, key="y2")
    assert await points_of(shop, li) == WELCOME + 800


async def test_nobody_makes_good_their_own_ticket_alone(shop: Shop) -> None:
    manager = await a_member(shop, "manager")
    await a_staff(shop, "manager", Role.MANAGER)
    manager = await a_follower(shop, "manager")
    ticket = await a_ticket(shop, manager)
    assert (await proposed(shop, manager, ticket, "points", "1")).by_another


async def test_whom_it_is_about_neither_hears_of_it_nor_says_yes(shop: Shop) -> None:
    support = await a_staff(shop, "support", Role.SUPPORT)
    manager = await a_staff(shop, "manager", Role.MANAGER)
    second = await a_staff(shop, "second", Role.MANAGER)
    ticket = await a_ticket(shop, await a_member(shop), f"春熙路店 店长{manager.staff_id}")
    proposal = await proposed(shop, support, ticket, "points", "800")
    assert (len(await told("manager")), len(await told("second"))) == (0, 2)
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, manager, proposal.code, key="y1")
    await confirm_action(shop, second, proposal.code, key="y2")


async def test_who_is_named_between_summary_and_code_gives_nothing(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    ticket = await a_ticket(shop, li)
    proposal = await proposed(shop, manager, ticket, "points", "5")
    await name_subject(shop, owner, ticket.id, int(str(manager.staff_id)), key="n1")
    with pytest.raises(TicketUnknown):
        await confirm_action(shop, manager, proposal.code, key="y1")
    assert await points_of(shop, li) == WELCOME


async def test_two_small_ones_on_one_ticket_are_a_large_one(shop: Shop) -> None:
    support = await a_staff(shop, "support", Role.SUPPORT)
    ticket = await a_ticket(shop, await a_member(shop))
    await given(shop, support, ticket, "points", "300")
    proposal = await proposed(shop, support, ticket, "points", "200", key="m2")
    await change("UPDATE counters SET used = used + 1 WHERE name LIKE 'remedy:ticket:%'")
    with pytest.raises(RemedyLimitReached):
        await confirm_action(shop, support, proposal.code, key="y2")


async def test_a_day_of_small_ones_ends_too(shop: Shop) -> None:
    li, support = await a_member(shop), await a_staff(shop, "support", Role.SUPPORT)
    for number in range(10):
        ticket = await a_ticket(shop, li, kind="data", key=f"t{number}")
        await change("UPDATE tickets SET store_id = 1")
        await given(shop, support, ticket, "points", "500", key=f"m{number}")
    ticket = await a_ticket(shop, li, kind="data", key="one more")
    assert (await proposed(shop, support, ticket, "points", "1", key="more")).by_another


async def test_points_are_taken_back_while_they_are_there(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, li)
    await given(shop, manager, ticket, "points", "200")
    await undone(shop, manager, "undo", key="u1")
    assert await points_of(shop, li) == WELCOME
    assert not (await proposed(shop, manager, ticket, "points", "2000", key="m2")).by_another
    assert [message["step"] for message in await messages()] == ["open", "remedy", "remedy"]
    assert (await verify_ledger(shop)).complaints == ()


async def test_points_spent_meanwhile_are_not_taken_back(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    await given(shop, manager, await a_ticket(shop, li), "points", "200")
    await take_back(shop, li, WELCOME + 150, key="spent")
    with pytest.raises(NotEnoughPoints):
        await undone(shop, manager, "undo", key="u1")
    assert await points_of(shop, li) == 50


async def test_a_coupon_is_taken_back_unless_it_was_used(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    before = await coupons_of(shop, li)
    ticket = await a_ticket(shop, li)
    await given(shop, manager, ticket, "coupon", "birthday")
    await undone(shop, manager, "undo", key="u1")
    assert await coupons_of(shop, li) == before
    await given(shop, manager, ticket, "coupon", "latte", key="m2")
    await change("UPDATE coupons SET state = 'used' WHERE kind = 'latte'")
    with pytest.raises(RemedyCouponUsed):
        await undone(shop, manager, "undo", key="u2")


async def test_who_is_unnamed_has_no_account_to_give_to(shop: Shop) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, await a_member(shop), anonymous=True)
    with pytest.raises(RemedyForNobody):
        await proposed(shop, manager, ticket, "points", "1")


@pytest.mark.parametrize(
    ("gift", "refusal"),
    [
        (("points", "-5"), PointsUnreadable),
        (("points", "0"), PointsUnreadable),
        (("points", "1e3"), PointsUnreadable),
        (("points", "10001"), RemedyTooLarge),
        (("coupon", "gold-bar"), CouponKindUnknown),
    ],
)
async def test_what_is_no_remedy_is_not_even_proposed(
    shop: Shop, gift: tuple[str, str], refusal: type[Exception]
) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, await a_member(shop))
    with pytest.raises(refusal):
        await proposed(shop, manager, ticket, *gift)
    assert await rows("SELECT * FROM confirmations") == []


async def test_another_stores_ticket_is_not_made_good_and_clerks_give_nothing(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    other = await a_staff(shop, "other", Role.MANAGER, "cd02")
    with pytest.raises(TicketUnknown):
        await proposed(shop, other, ticket, "points", "1")
    with pytest.raises(NotAllowed):
        await proposed(shop, await a_staff(shop), ticket, "points", "1", key="m2")
