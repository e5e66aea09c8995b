"""平台通知: what has to go when WeChat says that a right, or a whole account, is no more."""

from dataclasses import replace

import pytest

from loyalty.staff import Role
from services.custody.verify import verify_ledger
from services.details.phones import verified_by_platform
from services.messages.platform_news import close_identity, look_again, withdraw_platform_data
from services.people.closing import ask_for_money
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket
from storage.sql import change, row, rows
from tests.services.posting import member_id_of
from tests.services.purses import a_card
from tests.services.staffing import a_staff
from tests.shop_parts import a_follower, a_member, points_of

PHONE = "+8613812345678"


async def phone_of(member_id: int) -> bytes | None:
    found = await row("SELECT phone_sealed FROM members WHERE id = $1", member_id)
    assert found is not None
    sealed: bytes | None = found["phone_sealed"]
    return sealed


async def test_an_account_that_is_no_more_takes_its_member_along(shop: Shop) -> None:
    li = await a_member(shop)
    await close_identity(shop, li.account, li.openid, key="gone")
    [follower] = await rows("SELECT openid, unionid, member_id, follows FROM followers")
    assert (follower["openid"], follower["member_id"]) == (f"cancelled:{li.follower_id}", None)
    assert not follower["follows"]
    [closing] = await rows("SELECT closed_by FROM closings")
    assert closing["closed_by"] == "platform"
    assert await points_of(shop, li) == 0
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_push_twice_is_one_closing(shop: Shop) -> None:
    li = await a_member(shop)
    for _ in range(2):
        await close_identity(shop, li.account, li.openid, key="gone")
    assert len(await rows("SELECT 1 AS one FROM closings")) == 1


async def test_with_another_account_left_the_member_stays(shop: Shop) -> None:
    li, mini = await a_member(shop), await a_follower(shop, "li-mini", account="mini")
    await change(
        "UPDATE followers SET member_id = $1 WHERE id = $2", li.member_id, mini.follower_id
    )
    await close_identity(shop, li.account, li.openid, key="gone")
    assert (await a_follower(shop, "li-mini", account="mini")).member_id == li.member_id
    assert await points_of(shop, li) == 50
    assert not (await a_follower(shop)).is_member


async def test_whom_the_shop_owes_money_stays_until_it_is_paid(shop: Shop) -> None:
    card = await a_card(shop)
    await close_identity(shop, card.person.account, card.person.openid, key="gone")
    [member] = await rows("SELECT state FROM members")
    assert member["state"] == "active"
    [ticket] = await rows("SELECT kind, member_id FROM tickets")
    assert (ticket["kind"], ticket["member_id"]) == ("closing", card.member_id)
    [words] = await rows("SELECT text_sealed FROM ticket_messages")
    assert words["text_sealed"] is not None
    assert await card.balances() == (3_000, 1_000)


async def test_nobody_known_is_nobodys_concern(shop: Shop) -> None:
    before = await rows("SELECT * FROM followers")
    for openid in ("", "nobody"):
        await close_identity(shop, "main", openid, key="gone")
        await look_again(shop, "main", openid, key="look")
        assert not await withdraw_platform_data(shop, "main", openid, "8")
    assert await rows("SELECT * FROM followers") == before


@pytest.mark.parametrize(
    ("revoked", "is_erased"),
    [("8", True), ("301", True), ("", True), ("6,8", True), ("6", False), ("2,13", False)],
)
async def test_a_number_from_the_platform_goes_with_its_right(
    shop: Shop, revoked: str, is_erased: bool
) -> None:
    li = await a_member(shop)
    await verified_by_platform(shop, li, PHONE, key="p1")
    assert await phone_of(member_id_of(li)) is not None
    assert await withdraw_platform_data(shop, li.account, li.openid, revoked) == is_erased
    assert (await phone_of(member_id_of(li)) is None) == is_erased


async def test_who_changed_their_profile_is_asked_for_anew(shop: Shop) -> None:
    li, asking = await a_member(shop), replace(shop, asks_who=frozenset({"main"}))
    for _ in range(2):
        await look_again(asking, li.account, li.openid, key="changed")
    queued = await rows("SELECT 1 AS one FROM outbox WHERE key = 'who:changed'")
    assert len(queued) == 1


async def test_nobody_waits_for_an_answer_to_an_account_that_is_no_more(shop: Shop) -> None:
    li, mini = await a_member(shop), await a_follower(shop, "li-mini", account="mini")
    await change(
        "UPDATE followers SET member_id = $1 WHERE id = $2", li.member_id, mini.follower_id
    )
    await open_ticket(shop, li, Draft("human", "有人吗"), key="t1")
    await close_identity(shop, li.account, li.openid, key="gone")
    assert await rows("SELECT state, due_at FROM tickets") == [{"state": "closed", "due_at": None}]


async def test_staff_are_told_of_the_money_although_the_member_had_asked_before(
    shop: Shop,
) -> None:
    card = await a_card(shop)
    await ask_for_money(shop, card.person, key="bye")
    await close_identity(shop, card.person.account, card.person.openid, key="gone")
    *_, newest = await rows("SELECT state, member_id FROM tickets ORDER BY id")
    assert newest == {"state": "new", "member_id": card.member_id}
    *_, words = await rows("SELECT text_sealed FROM ticket_messages ORDER BY id")
    assert words["text_sealed"] is not None


async def test_staff_whose_account_is_no_more_are_staff_no_more(shop: Shop) -> None:
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    await close_identity(shop, owner.account, owner.openid, key="gone")
    assert await rows("SELECT state FROM staff") == [{"state": "stopped"}]
    *_, act = await rows("SELECT actor, what FROM audit_log ORDER BY id")
    assert (act["actor"], act["what"]) == ("system", "staff.stop")
