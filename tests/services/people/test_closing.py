"""注销: what lapses, what is paid out first, what is erased, and what stays."""

import json
from dataclasses import replace
from typing import Any

import pytest

from loyalty.person import Person
from loyalty.staff import Role
from services.counter.actions import confirm_action
from services.coupons.gifts import offer_coupon
from services.custody.verify import verify_ledger
from services.details.keeping import change_detail
from services.loading import load_shop
from services.messages.outbox import queue_replies
from services.org.staff import MemberUnknown
from services.people.closed_accounts import settle_closed_accounts
from services.people.closing import (
    Closed,
    MoneyLeft,
    ask_for_money,
    close_member,
    what_leaving_costs,
)
from services.purchases.claims import claim_receipt
from services.purchases.refunds import RefundReport, record_refund
from services.purchases.reporting import record_purchase
from services.shop import Shop
from services.wallet.card_refunds import PaymentUnderWay
from storage.sql import Row, change, row, rows
from tests.outbox import outbox_rows
from tests.services.posting import member_id_of
from tests.services.purses import Counter, a_card, a_counter
from tests.services.staffing import a_staff, asked
from tests.shop_parts import a_follower, a_member, a_receipt, a_report, a_till, join, points_of

PHONE, NAME = "13812345678", "王小明"


async def leave(shop: Shop, person: Person, *, key: str = "bye") -> Closed:
    return await close_member(shop, person, shown_text="what leaving means", key=key)


async def member_of(person: Person) -> Row:
    found = await row("SELECT * FROM members WHERE id = $1", person.member_id)
    assert found is not None
    return found


async def sound(shop: Shop) -> None:
    assert (await verify_ledger(shop)).complaints == ()


async def test_points_lapse_and_coupons_are_void_by_the_books(shop: Shop) -> None:
    li = await a_member(shop)
    closed = await leave(shop, li)
    assert (closed.points, closed.coupons, closed.bonus_fen) == (50, 1, 0)
    assert await points_of(shop, li) == 0
    assert await rows("SELECT state, uses_left FROM coupons") == [{"state": "void", "uses_left": 0}]
    [booked] = await rows("SELECT cause FROM ledger_transactions WHERE kind = 'close'")
    assert json.loads(booked["cause"])["what"] == "closed"
    await sound(shop)


async def test_the_number_stays_and_nothing_of_the_person(shop: Shop) -> None:
    li = await a_member(shop)
    for place, (name, value) in enumerate(
        (("phone", PHONE), ("name", NAME), ("address", "科华路1号"))
    ):
        await change_detail(shop, member_id_of(li), name, value, key=f"d{place}")
    await change("UPDATE followers SET unionid = 'u1' WHERE id = $1", li.follower_id)
    await leave(shop, li)
    member = await member_of(li)
    kept = {name for name, value in member.items() if value is not None}
    assert kept == {"id", "member_no", "state", "joined_at", "join_key"}
    assert member["state"] == "closed"
    assert await rows("SELECT * FROM member_details") == []
    [follower] = await rows("SELECT member_id, unionid FROM followers")
    assert follower == {"member_id": None, "unionid": None}
    await sound(shop)


async def test_what_was_said_goes_and_that_it_was_said_stays(shop: Shop) -> None:
    li = await a_member(shop)
    contents = [{"kind": "text", "value": NAME}]
    await queue_replies(shop, account=li.account, openid=li.openid, key="m", contents=contents)
    await leave(shop, li)
    [said] = await outbox_rows("key LIKE 'reply:%'")
    assert (said["value"], said["content_sealed"], said["state"]) == ("", None, "suppressed")


async def test_every_consent_is_withdrawn_and_its_proof_stays(shop: Shop) -> None:
    li = await a_follower(shop)
    await join(shop, li, subscribes=True)
    await leave(shop, await a_follower(shop))
    said = await rows("SELECT purpose, given FROM consents ORDER BY id")
    assert [(line["purpose"], bool(line["given"])) for line in said] == [
        ("programme", True),
        ("marketing", True),
        ("marketing", False),
        ("programme", False),
    ]


async def test_the_same_message_again_tells_the_same_and_changes_nothing(shop: Shop) -> None:
    li = await a_member(shop)
    closed = await leave(shop, li)
    before = await rows("SELECT * FROM ledger_entries")
    assert await leave(shop, await a_follower(shop)) == closed
    assert await rows("SELECT * FROM ledger_entries") == before
    assert len(await rows("SELECT * FROM closings")) == 1


async def test_money_is_paid_out_before_anybody_leaves(shop: Shop) -> None:
    card = await a_card(shop, paid_fen=3_000, given_fen=1_000)
    with pytest.raises(MoneyLeft):
        await leave(shop, card.person)
    assert (await member_of(card.person))["state"] == "active"
    ticket = await ask_for_money(shop, card.person, key="ask")
    assert await ask_for_money(shop, card.person, key="ask again") == ticket
    assert (ticket.kind, ticket.member_id) == ("closing", card.member_id)
    await card.refund_card()
    assert (await leave(shop, card.person)).bonus_fen == 0
    await sound(shop)


async def test_bonus_without_principal_lapses(shop: Shop) -> None:
    card = await a_card(shop, paid_fen=1_000, given_fen=1_000)
    await card.pay(1_000)
    costs = await what_leaving_costs(shop, card.member_id)
    assert (costs.principal_fen, costs.bonus_fen) == (500, 500)
    await card.pay(999)
    costs = await what_leaving_costs(shop, card.member_id)
    if costs.principal_fen == 0:
        assert (await leave(shop, card.person)).bonus_fen == costs.bonus_fen
    else:
        with pytest.raises(MoneyLeft):
            await leave(shop, card.person)
    await sound(shop)


async def test_nobody_leaves_in_the_middle_of_a_payment(shop: Shop) -> None:
    card = await a_card(shop)
    held = await card.hold(4_000)
    with pytest.raises(PaymentUnderWay):
        await leave(shop, card.person)
    await card.void(held.answer["hold_id"])
    with pytest.raises(MoneyLeft):
        await leave(shop, card.person)


async def test_a_coupon_on_offer_ends_with_its_giver(shop: Shop) -> None:
    li = await a_member(shop)
    await offer_coupon(shop, li, "1", key="gift")
    await leave(shop, li)
    assert await rows("SELECT state FROM coupon_gifts") == [{"state": "withdrawn"}]
    await sound(shop)


async def test_a_receipt_still_to_come_credits_nobody_who_has_left(shop: Shop) -> None:
    li, till = await a_member(shop), await a_till(shop)
    await claim_receipt(shop, li, a_receipt(shop, till))
    await leave(shop, li)
    answer = (await record_purchase(shop, till, a_report(shop, sequence=7))).answer
    assert "member" not in answer
    assert await points_of(shop, li) == 0
    await sound(shop)


async def test_points_in_their_return_period_are_never_credited(shop: Shop) -> None:
    await load_shop(shop, {"points": {"pending_days": 7}})
    await shop.rules.refresh()
    li, till = await a_member(shop), await a_till(shop)
    await record_purchase(shop, till, a_report(shop, sequence=7))
    await claim_receipt(shop, li, a_receipt(shop, till))
    assert (await what_leaving_costs(shop, member_id_of(li))).pending == 32
    await leave(shop, li)
    assert await rows("SELECT 1 AS one FROM purchases WHERE credit_due_at IS NOT NULL") == []
    await sound(shop)


async def a_return(shop: Shop, counter: Counter, receipt_no: str, amount_fen: int) -> Any:
    report = RefundReport(
        refund_no=f"F-{receipt_no}",
        receipt_no=receipt_no,
        amount_fen=amount_fen,
        lines=None,
        refunded_at=shop.now(),
        fingerprint="f",
    )
    return await record_refund(shop, counter.till, report)


async def test_goods_returned_later_take_nothing_from_who_has_left(shop: Shop) -> None:
    counter = await a_counter(shop)
    code = await counter.code()
    await record_purchase(shop, counter.till, a_report(shop, "R-9", member_code=code))
    await leave(shop, counter.person)
    await a_return(shop, counter, "R-9", 3_200)
    accounts = await rows(
        "SELECT balance, debt FROM ledger_accounts WHERE unit = 'points' AND name = 'member'"
    )
    assert accounts == [{"balance": 0, "debt": 0}]
    await sound(shop)


async def test_what_a_refund_brings_back_lapses_again_and_money_is_reported(shop: Shop) -> None:
    counter = await a_card(shop, paid_fen=3_000, given_fen=0)
    await counter.hold(3_000, receipt_no="R-9")
    await record_purchase(shop, counter.till, a_report(shop, "R-9", yuan=30))
    await leave(shop, counter.person)
    await a_return(shop, counter, "R-9", 3_000)
    boss = await a_staff(shop, "boss", Role.OWNER, "")
    for _ in range(2):
        assert await settle_closed_accounts(shop) == 1
    [told] = await outbox_rows("openid = $1", boss.openid)
    assert "30.00" in told["value"]
    assert await counter.balances() == (3_000, 0)
    await sound(shop)


async def test_such_money_is_paid_out_by_the_number_that_stayed(shop: Shop) -> None:
    counter = await a_card(shop, paid_fen=3_000, given_fen=0)
    await counter.hold(3_000, receipt_no="R-9")
    await record_purchase(shop, counter.till, a_report(shop, "R-9", yuan=30))
    number = (await leave(shop, counter.person)).member_no
    await a_return(shop, counter, "R-9", 3_000)
    boss, second = (
        await a_staff(shop, "boss", Role.OWNER, ""),
        await a_staff(shop, "m", Role.MANAGER),
    )
    with pytest.raises(MemberUnknown):
        await asked(shop, second, "card_refund", number, key="m")
    proposal = await asked(shop, boss, "card_refund", number)
    await confirm_action(shop, await a_staff(shop, "2", Role.OWNER, ""), proposal.code, key="yes")
    assert await counter.balances() == (0, 0)
    await sound(shop)


async def test_whoever_left_may_join_again_from_nothing(shop: Shop) -> None:
    li = await a_member(shop)
    await leave(shop, li)
    again = await join(shop, await a_follower(shop), key="again")
    back = await a_follower(shop)
    assert back.member_id not in (None, li.member_id)
    assert (again.points, again.coupons, again.balance) == (0, (), 0)
    assert await points_of(shop, back) == 0
    assert (await join(shop, back, key="again")).member_no == again.member_no
    await sound(shop)


async def test_other_accounts_of_the_person_leave_with_them(shop: Shop) -> None:
    li = await a_member(shop)
    other = await a_follower(shop, "li-mini", account="mini")
    await change(
        "UPDATE followers SET member_id = $1 WHERE id = $2", li.member_id, other.follower_id
    )
    await leave(shop, li)
    assert not (await a_follower(shop, "li-mini", account="mini")).is_member


async def test_others_keep_everything(shop: Shop) -> None:
    li, wang = await a_member(shop), await a_member(shop, "wang")
    await change_detail(shop, member_id_of(wang), "name", NAME, key="name")
    before = await member_of(wang)
    await leave(shop, li)
    assert await member_of(wang) == before
    assert await points_of(shop, wang) == 50
    assert replace(wang) == await a_follower(shop, "wang")
