"""Receipt claims (扫小票): credited, pending, reserved, void, taken."""

from datetime import timedelta

import pytest

from loyalty.receipts import ReceiptClaimed, paid_at
from services.custody.verify import verify_ledger
from services.ledger.points import points_balance
from services.org.tills import Till
from services.purchases.claim_steps import void_overdue
from services.purchases.claims import ClaimAnswer, claim_receipt
from services.purchases.member_codes import show_code
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import rows
from tests.services.claiming import WELCOME, posted_purchases, upload
from tests.services.posting import member_id_of
from tests.shop_parts import (
    MachineClock,
    a_follower,
    a_member,
    a_receipt,
    a_report,
    a_till,
    join,
    points_of,
    read,
)


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


async def state_of_claims() -> list[str]:
    return [found["state"] for found in await rows("SELECT state FROM claims ORDER BY id")]


async def test_a_receipt_the_till_has_reported_is_credited_at_once(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await upload(shop, till)
    answer = await claim_receipt(shop, li, a_receipt(shop, till))
    assert answer == ClaimAnswer("credited", 32, 3200, WELCOME + 32)
    assert await points_of(shop, li) == WELCOME + 32
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_token_from_the_answer_to_a_purchase_is_credited(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    recorded = await record_purchase(shop, till, a_report(shop))
    receipt = read(recorded.answer["claim"]["token"])
    answer = await claim_receipt(shop, li, receipt)
    assert answer == ClaimAnswer("credited", 32, 3200, WELCOME + 32)


async def test_the_same_person_is_told_the_same_however_often(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li = await a_member(shop)
    receipt = a_receipt(shop, till)
    await upload(shop, till)
    first = await claim_receipt(shop, li, receipt)
    await upload(shop, till, 8, receipt_no="R-2", yuan=10)
    await claim_receipt(shop, li, a_receipt(shop, till, 8, yuan=10))
    clock.pass_time(days=200)
    assert await claim_receipt(shop, li, receipt) == first
    assert await points_of(shop, li) == WELCOME + 32 + 10


async def test_a_receipt_the_till_has_not_reported_is_pending_and_credited_by_the_upload(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li, receipt = await a_member(shop), a_receipt(shop, till)
    answer = await claim_receipt(shop, li, receipt)
    assert answer == ClaimAnswer("pending", 32, 3200, WELCOME)
    balance = await points_balance(shop, member_id_of(li))
    assert (balance.points, balance.pending) == (WELCOME, 32)
    recorded = await upload(shop, till)
    assert recorded.answer["points_balance"] == WELCOME + 32
    balance = await points_balance(shop, member_id_of(li))
    assert (balance.points, balance.pending) == (WELCOME + 32, 0)
    assert (await claim_receipt(shop, li, receipt)).state == "credited"


async def test_a_pending_claim_scanned_again_is_told_the_same(shop: Shop, till: Till) -> None:
    li, receipt = await a_member(shop), a_receipt(shop, till)
    first = await claim_receipt(shop, li, receipt)
    assert await claim_receipt(shop, li, receipt) == first
    assert await state_of_claims() == ["pending"]


async def test_the_tills_amount_counts_whatever_the_token_said(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await claim_receipt(shop, li, a_receipt(shop, till, yuan=99))
    await upload(shop, till, yuan=32)
    assert await points_of(shop, li) == WELCOME + 32


async def test_a_pending_claim_is_void_when_the_till_stays_silent_for_three_days(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li, receipt = await a_member(shop), a_receipt(shop, till)
    await claim_receipt(shop, li, receipt)
    clock.pass_time(hours=72)
    assert await void_overdue(shop) == 0
    clock.pass_time(seconds=1)
    assert await void_overdue(shop) == 1
    assert await claim_receipt(shop, li, receipt) == ClaimAnswer("void", 0, 3200)
    assert (await points_balance(shop, member_id_of(li))).pending == 0


async def test_an_upload_after_the_claim_was_void_credits_it_after_all(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    receipt = a_receipt(shop, till)
    late = a_report(shop, sequence=7)
    await claim_receipt(shop, li, receipt)
    clock.pass_time(hours=73)
    await void_overdue(shop)
    assert (await record_purchase(shop, till, late)).answer["points_earned"] == 32
    assert await points_of(shop, li) == WELCOME + 32
    assert (await claim_receipt(shop, li, receipt)).state == "credited"
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, wang, receipt)


async def test_a_claim_given_up_is_not_credited_when_another_code_was_shown(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await claim_receipt(shop, li, a_receipt(shop, till))
    clock.pass_time(hours=73)
    await void_overdue(shop)
    code = (await show_code(shop, member_id_of(wang))).code
    await record_purchase(shop, till, a_report(shop, sequence=7, member_code=code))
    assert (await points_of(shop, li), await points_of(shop, wang)) == (WELCOME, WELCOME + 32)
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_followers_scan_is_reserved_and_credited_by_joining(shop: Shop, till: Till) -> None:
    li = await a_follower(shop)
    await upload(shop, till)
    answer = await claim_receipt(shop, li, a_receipt(shop, till))
    assert answer == ClaimAnswer("reserved", 0, 3200, until="2027-01-12 10:00")
    assert await posted_purchases() == 0
    joined = await join(shop, li)
    assert (joined.claimed_points, joined.balance) == (32, WELCOME + 32)
    assert await state_of_claims() == ["credited"]


async def test_a_reserved_claim_without_its_upload_is_pending_after_joining(
    shop: Shop, till: Till
) -> None:
    li = await a_follower(shop)
    await claim_receipt(shop, li, a_receipt(shop, till))
    joined = await join(shop, li)
    assert (joined.pending_claims, joined.balance) == (1, WELCOME)
    await upload(shop, till)
    assert await points_of(shop, await a_follower(shop)) == WELCOME + 32


async def test_an_upload_leaves_a_reservation_as_it_is(shop: Shop, till: Till) -> None:
    li = await a_follower(shop)
    await claim_receipt(shop, li, a_receipt(shop, till))
    recorded = await upload(shop, till)
    assert "member" not in recorded.answer
    assert "claim" not in recorded.answer, "somebody has it already"
    assert (await join(shop, li)).balance == WELCOME + 32


async def test_a_reservation_is_nobody_elses_for_a_day(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li, wang = await a_follower(shop, "li"), await a_member(shop, "wang")
    receipt = a_receipt(shop, till)
    await claim_receipt(shop, li, receipt)
    clock.pass_time(hours=24)
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, wang, receipt)


async def test_a_lapsed_reservation_is_free_for_the_next_person(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li, wang = await a_follower(shop, "li"), await a_member(shop, "wang")
    receipt = a_receipt(shop, till)
    await upload(shop, till)
    await claim_receipt(shop, li, receipt)
    clock.pass_time(hours=24, seconds=1)
    assert (await claim_receipt(shop, wang, receipt)).state == "credited"
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, li, receipt)
    assert (await join(shop, li)).claims == ()


async def test_a_lapsed_reservation_is_not_credited_by_joining(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li = await a_follower(shop)
    await upload(shop, till)
    await claim_receipt(shop, li, a_receipt(shop, till))
    clock.pass_time(hours=25)
    joined = await join(shop, li)
    assert (joined.claims, joined.balance) == ((), WELCOME)
    paid_yesterday = a_receipt(shop, till, paid_at=shop.now() - timedelta(hours=25))
    assert (await claim_receipt(shop, li, paid_yesterday)).state == "credited"


async def test_a_lapsed_reservation_scanned_again_is_reserved_for_another_day(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li, receipt = await a_follower(shop), a_receipt(shop, till)
    first = await claim_receipt(shop, li, receipt)
    clock.pass_time(hours=1)
    assert await claim_receipt(shop, li, receipt) == first
    clock.pass_time(hours=24)
    assert (await claim_receipt(shop, li, receipt)).until == "2027-01-13 11:00"


async def test_the_second_person_is_told_that_it_is_claimed(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    receipt = a_receipt(shop, till)
    await claim_receipt(shop, li, receipt)
    for _ in range(2):
        with pytest.raises(ReceiptClaimed):
            await claim_receipt(shop, wang, receipt)
    await upload(shop, till)
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, wang, receipt)
    assert await points_of(shop, wang) == WELCOME


async def test_a_claim_is_good_through_its_last_minute(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li, receipt = await a_member(shop), a_receipt(shop, till)
    await upload(shop, till)
    clock.now = paid_at(receipt.receipt.minutes) + timedelta(days=30)
    assert (await claim_receipt(shop, li, receipt)).state == "credited"
