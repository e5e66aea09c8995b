"""Purchases (消费): each receipt number once for ever, its answer kept, its points given once."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from loyalty.member_codes import MemberCodeUnknown, MemberCodeUsed
from loyalty.receipts import ReceiptClaimed
from services.custody.verify import verify_ledger
from services.details.keeping import change_detail
from services.loading import load_shop
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.purchases.member_codes import show_code
from services.purchases.recorded import NumberConflict, Recorded
from services.purchases.reporting import (
    PurchaseFromTheFuture,
    SequenceTaken,
    record_purchase,
)
from services.shop import Shop
from storage.sql import rows
from tests.services.claiming import WELCOME, posted_purchases, upload, written
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


async def code_of(shop: Shop, member_id: int) -> str:
    return (await show_code(shop, member_id)).code


async def test_a_purchase_without_a_member_offers_its_claim(shop: Shop, till: Till) -> None:
    answer = (await record_purchase(shop, till, a_report(shop))).answer
    assert answer["points_earned"] == 32
    assert "member" not in answer
    assert "points_balance" not in answer
    claim = answer["claim"]
    assert claim["url"] == f"{shop.claim_url}{claim['token']}"
    assert claim["expires_at"] == "2027-02-10T10:00:00+08:00"
    token = read(claim["token"]).receipt
    assert (token.till_no, token.amount_fen) == (till.till_no, 3200)
    assert "32" in answer["receipt_text"]


async def test_a_purchase_with_a_member_code_is_the_members(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await change_detail(shop, member_id_of(li), "name", "王小明", key="name")
    report = a_report(shop, member_code=await code_of(shop, member_id_of(li)))
    answer = (await record_purchase(shop, till, report)).answer
    assert answer["member"] == {"member_no": li.member_no, "name_masked": "王*", "tier": "base"}
    assert (answer["points_earned"], answer["points_balance"]) == (32, WELCOME + 32)
    assert "claim" not in answer
    assert await points_of(shop, li) == WELCOME + 32


async def test_a_report_repeated_is_answered_as_the_first_time_for_ever(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li = await a_member(shop)
    report = a_report(shop, member_code=await code_of(shop, member_id_of(li)))
    first = await record_purchase(shop, till, report)
    await upload(shop, till, 8, receipt_no="R-2")
    clock.pass_time(days=400)
    again = await record_purchase(shop, till, report)
    assert again == Recorded(first.answer, is_replay=True)
    assert await posted_purchases() == 1


async def test_a_report_sent_many_times_at_once_has_one_effect(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    code = await code_of(shop, member_id_of(li))
    report = a_report(shop, sequence=7, member_code=code)
    results = await asyncio.gather(*[record_purchase(shop, till, report) for _ in range(15)])
    assert sorted(result.is_replay for result in results) == [False] + [True] * 14
    assert len({str(result.answer) for result in results}) == 1
    assert await points_of(shop, li) == WELCOME + 32


async def test_a_receipt_number_with_other_content_is_a_conflict(shop: Shop, till: Till) -> None:
    await record_purchase(shop, till, a_report(shop))
    before = await written()
    for other in (a_report(shop, yuan=33), a_report(shop, sequence=7)):
        with pytest.raises(NumberConflict):
            await record_purchase(shop, till, other)
    assert await written() == before


async def test_one_receipt_number_with_two_contents_at_once_is_one_purchase(
    shop: Shop, till: Till
) -> None:
    reports = [a_report(shop, yuan=yuan) for yuan in range(1, 11)]
    tries = [record_purchase(shop, till, report) for report in reports]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Recorded) for result in results) == 1
    assert sum(isinstance(result, NumberConflict) for result in results) == 9


async def test_a_sequence_belongs_to_one_receipt_number(shop: Shop, till: Till) -> None:
    await upload(shop, till, 7, receipt_no="R-1")
    before = await written()
    with pytest.raises(SequenceTaken):
        await upload(shop, till, 7, receipt_no="R-2")
    assert await written() == before


async def test_a_sequence_taken_binds_no_member_code(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await upload(shop, till, 7, receipt_no="R-1")
    code = await code_of(shop, member_id_of(li))
    with pytest.raises(SequenceTaken):
        await record_purchase(shop, till, a_report(shop, "R-2", sequence=7, member_code=code))
    answer = await record_purchase(shop, till, a_report(shop, "R-3", member_code=code))
    assert answer.answer["points_earned"] == 32


async def test_two_tills_may_use_the_same_numbers(shop: Shop, till: Till) -> None:
    other = await a_till(shop, "cd01-2")
    await upload(shop, till)
    assert not (await upload(shop, other)).is_replay


async def test_a_purchase_of_tomorrow_is_recorded_and_a_later_one_refused(
    shop: Shop, till: Till
) -> None:
    tomorrow = shop.now() + timedelta(hours=24)
    await record_purchase(shop, till, a_report(shop, "R-1", paid_at=tomorrow))
    before = await written()
    late = tomorrow + timedelta(seconds=1)
    with pytest.raises(PurchaseFromTheFuture):
        await record_purchase(shop, till, a_report(shop, "R-2", paid_at=late))
    assert await written() == before


async def test_a_batch_of_days_ago_earns_on_its_own_day(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    days_ago = shop.now() - timedelta(days=3)
    code = await code_of(shop, member_id_of(li))
    await record_purchase(shop, till, a_report(shop, paid_at=days_ago, member_code=code))
    lots = await rows("SELECT expires_on FROM lots ORDER BY id DESC LIMIT 1")
    assert lots == [{"expires_on": "2028-01-08"}]


async def test_a_member_code_is_good_for_one_receipt(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    code = await code_of(shop, member_id_of(li))
    await record_purchase(shop, till, a_report(shop, "R-1", member_code=code))
    before = await written()
    for other_till in (till, await a_till(shop, "cd01-2")):
        with pytest.raises(MemberCodeUsed):
            await record_purchase(shop, other_till, a_report(shop, "R-2", member_code=code))
    assert await written() == before


async def test_after_its_use_another_code_is_shown_at_once(shop: Shop, till: Till) -> None:
    member_id = member_id_of(await a_member(shop))
    codes = []
    for number in range(3):
        codes.append(await code_of(shop, member_id))
        report = a_report(shop, f"R-{number}", member_code=codes[-1])
        await record_purchase(shop, till, report)
    assert len(set(codes)) == 3


async def test_one_code_at_many_tills_at_once_is_good_for_one(shop: Shop) -> None:
    tills = [await a_till(shop, code) for code in ("cd01-1", "cd01-2", "cd02-1", "cd03-1")]
    li = await a_member(shop)
    report = a_report(shop, member_code=await code_of(shop, member_id_of(li)))
    tries = [record_purchase(shop, till, report) for till in tills]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Recorded) for result in results) == 1
    assert sum(isinstance(result, MemberCodeUsed) for result in results) == 3
    assert await points_of(shop, li) == WELCOME + 32


@pytest.mark.parametrize("code", ["660000000000000000", "661234567890123456", "12", "66x"])
async def test_a_code_made_up_is_unknown_and_nothing_is_recorded(
    shop: Shop, till: Till, code: str
) -> None:
    before = await written()
    with pytest.raises(MemberCodeUnknown):
        await record_purchase(shop, till, a_report(shop, member_code=code))
    assert await written() == before


async def test_a_code_of_two_minutes_ago_is_unknown(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    code = await code_of(shop, member_id_of(await a_member(shop)))
    clock.pass_time(seconds=120)
    with pytest.raises(MemberCodeUnknown):
        await record_purchase(shop, till, a_report(shop, member_code=code))


async def test_a_member_who_left_has_no_code(shop: Shop, till: Till) -> None:
    code = await code_of(shop, member_id_of(await a_member(shop)))
    await rows("UPDATE members SET state = 'closed'")
    with pytest.raises(MemberCodeUnknown):
        await record_purchase(shop, till, a_report(shop, member_code=code))


async def test_the_code_at_the_counter_voids_somebody_elses_pending_claim(
    shop: Shop, till: Till
) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    receipt = a_receipt(shop, till)
    assert (await claim_receipt(shop, wang, receipt)).state == "pending"
    code = await code_of(shop, member_id_of(li))
    await record_purchase(shop, till, a_report(shop, sequence=7, member_code=code))
    for _ in range(2):
        with pytest.raises(ReceiptClaimed):
            await claim_receipt(shop, wang, receipt)
    assert (await points_of(shop, li), await points_of(shop, wang)) == (WELCOME + 32, WELCOME)
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_code_of_the_one_who_scanned_credits_the_claim(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    receipt = a_receipt(shop, till)
    await claim_receipt(shop, li, receipt)
    code = await code_of(shop, member_id_of(li))
    await record_purchase(shop, till, a_report(shop, sequence=7, member_code=code))
    assert (await claim_receipt(shop, li, receipt)).state == "credited"
    assert await points_of(shop, li) == WELCOME + 32


async def test_a_receipt_paid_with_a_code_is_claimed_for_all_others(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    code = await code_of(shop, member_id_of(li))
    await record_purchase(shop, till, a_report(shop, sequence=7, member_code=code))
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, wang, a_receipt(shop, till))
    assert (await claim_receipt(shop, li, a_receipt(shop, till))).points == 32
    assert await points_of(shop, li) == WELCOME + 32


async def test_a_receipt_paid_with_a_code_is_claimed_for_followers_too(
    shop: Shop, till: Till
) -> None:
    li, wang = await a_member(shop, "li"), await a_follower(shop, "wang")
    code = await code_of(shop, member_id_of(li))
    await record_purchase(shop, till, a_report(shop, sequence=7, member_code=code))
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, wang, a_receipt(shop, till))


@pytest.mark.parametrize("scans_first", [True, False])
async def test_a_receipt_paid_by_another_keeps_nobody_from_joining(
    shop: Shop, till: Till, scans_first: bool
) -> None:
    li, wang = await a_member(shop, "li"), await a_follower(shop, "wang")
    receipt, code = a_receipt(shop, till), await code_of(shop, member_id_of(li))
    if scans_first:
        await claim_receipt(shop, wang, receipt)
    await record_purchase(shop, till, a_report(shop, sequence=7, member_code=code))
    if not scans_first:
        with suppress(ReceiptClaimed):
            await claim_receipt(shop, wang, receipt)
    assert (await join(shop, wang)).balance == WELCOME


async def test_nothing_paid_earns_nothing(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    code = await code_of(shop, member_id_of(li))
    answer = (await record_purchase(shop, till, a_report(shop, yuan=0, member_code=code))).answer
    assert (answer["points_earned"], answer["points_balance"]) == (0, WELCOME)
    report = a_report(shop, "R-2", yuan=0, sequence=7)
    await record_purchase(shop, till, report)
    claimed = await claim_receipt(shop, li, a_receipt(shop, till, yuan=0))
    assert (claimed.state, claimed.points) == ("credited", 0)
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_lines_of_a_purchase_are_kept_as_reported(shop: Shop, till: Till) -> None:
    report = a_report(shop)
    line = {**report.lines[0], "name": "拿铁 ☕"}
    await record_purchase(shop, till, replace(report, lines=[line]))
    [stored] = await rows("SELECT lines FROM purchases")
    assert "拿铁 ☕" in stored["lines"]


async def test_a_printed_receipt_keeps_the_points_it_was_printed_with(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    await record_purchase(shop, till, a_report(shop, sequence=7))
    await load_shop(shop, {"points": {"points_per_yuan": 3, "claim_days": 1}})
    await shop.rules.refresh()
    assert (await claim_receipt(shop, li, a_receipt(shop, till))).points == 32
