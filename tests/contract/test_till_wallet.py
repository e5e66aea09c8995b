"""Stored value at the till (储值): top-ups by offers, holds that end once, refunds to the card."""

import asyncio
import re
from typing import Any

import pytest

from tests.contract.bench import Bench
from tests.contract.client import LATE_SECONDS, Phone
from tests.contract.test_till_door import assert_error
from tests.contract.till import new_number

Facts = dict[str, Any]


async def with_money(bench: Bench, paid_fen: int = 50_000) -> Phone:
    phone = await bench.member()
    paid = await bench.till().top_up(paid_fen, member_code=await bench.member_code(phone))
    assert paid.status == 201, paid.raw
    return phone


async def free_fen(bench: Bench, phone: Phone) -> int:
    known = await bench.till().identify(await bench.member_code(phone))
    return int(known.body["stored_fen"])


@pytest.mark.parametrize(
    ("paid_fen", "bonus_fen"), [(49_999, 0), (50_000, 5_000), (99_999, 5_000), (100_000, 15_000)]
)
async def test_a_top_up_gives_what_the_best_offer_says(
    bench: Bench, paid_fen: int, bonus_fen: int
) -> None:
    phone, till, number = await bench.member(), bench.till(), new_number("T")
    facts: Facts = {"member_code": await bench.member_code(phone), "topup_no": number}
    first = await till.top_up(paid_fen, at=0, **facts)
    again = await till.top_up(paid_fen, at=1, **facts)
    added = (first.body["added_principal_fen"], first.body["added_bonus_fen"])
    assert (first.status, added) == (201, (paid_fen, bonus_fen))
    assert (first.body["principal_fen"], first.body["bonus_fen"]) == added
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    assert_error(await till.top_up(paid_fen + 1, **facts), 409, "conflict")
    assert await free_fen(bench, phone) == paid_fen + bonus_fen


async def test_a_card_holds_five_thousand_and_no_more(bench: Bench) -> None:
    phone, till = await bench.member(), bench.till()
    code = await bench.member_code(phone)
    assert_error(await till.top_up(500_001, member_code=code), 422, "unprocessable")
    assert_error(await till.top_up(100, bonus_fen=201, member_code=code), 422, "unprocessable")
    assert (await till.top_up(500_000, bonus_fen=0, member_code=code)).status == 201
    code = await bench.member_code(phone)
    assert_error(await till.top_up(1, member_code=code), 422, "unprocessable")
    assert await free_fen(bench, phone) == 500_000


async def test_a_hold_is_captured_in_part_and_the_rest_is_free(bench: Bench) -> None:
    phone, till = await with_money(bench), bench.till()
    held = await till.hold(3_000, member_code=await bench.member_code(phone))
    assert (held.status, held.body["state"]) == (201, "open")
    assert await free_fen(bench, phone) == 52_000
    hold_id = held.body["hold_id"]
    assert_error(await till.end_hold(hold_id, "capture", amount_fen=3_001), 422, "unprocessable")
    first = await till.end_hold(hold_id, "capture", amount_fen=1_100, at=0)
    again = await till.end_hold(hold_id, "capture", amount_fen=1_100, at=1)
    assert (first.status, first.body["captured_fen"]) == (200, 1_100)
    assert (first.body["principal_fen"], first.body["bonus_fen"]) == (1_000, 100)
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    for how, facts in (("capture", {"amount_fen": 1_099}), ("capture", {}), ("void", {})):
        assert_error(await till.end_hold(hold_id, how, **facts), 409, "conflict")
    assert await free_fen(bench, phone) == 53_900


async def test_a_hold_is_voided_and_never_captured_after(bench: Bench) -> None:
    phone, till = await with_money(bench), bench.till()
    held = await till.hold(3_000, member_code=await bench.member_code(phone))
    hold_id = held.body["hold_id"]
    first, again = [await till.end_hold(hold_id, "void", at=at) for at in (0, 1)]
    assert (first.status, first.body["released_fen"]) == (200, 3_000)
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    assert_error(await till.end_hold(hold_id, "capture"), 409, "conflict")
    assert_error(await bench.till("cd01-3").end_hold(hold_id, "void"), 404, "not_found")
    assert await free_fen(bench, phone) == 55_000


async def test_a_hold_belongs_to_its_receipt_and_its_code(bench: Bench) -> None:
    phone, till, receipt = await with_money(bench), bench.till(), new_number("R")
    code = await bench.member_code(phone)
    assert_error(await till.hold(55_001, member_code=code), 422, "unprocessable")
    facts: Facts = {"member_code": code, "receipt_no": receipt}
    first, again = [await till.hold(1_000, at=at, **facts) for at in (0, 1)]
    assert (again.status, again.is_replay, again.body) == (200, True, first.body)
    assert_error(await till.hold(1_001, **facts), 409, "conflict")
    assert_error(await till.hold(1_000, member_code=code), 410, "gone")
    assert_error(await till.top_up(1_000, member_code=code), 410, "gone")
    assert_error(await till.sell(1_000, member_code=code), 410, "gone")
    assert_error(await till.identify(code), 410, "gone")


async def test_stored_value_pays_a_part_and_comes_back_first(bench: Bench) -> None:
    phone, till, receipt = await with_money(bench), bench.till(), new_number("R")
    code = await bench.member_code(phone)
    held = await till.hold(2_200, member_code=code, receipt_no=receipt)
    sold = await till.sell(5_000, receipt_no=receipt, member_code=code, at=1)
    # 200 of it are bonus, and what was a present earns nothing.
    assert (sold.status, sold.body["points_earned"]) == (201, 48)
    captured = await till.end_hold(held.body["hold_id"], "capture")
    assert (captured.status, captured.is_replay, captured.body["captured_fen"]) == (
        200,
        True,
        2_200,
    )
    assert_error(await till.end_hold(held.body["hold_id"], "void"), 409, "conflict")
    assert await free_fen(bench, phone) == 52_800
    back = await till.refund(receipt, amount_fen=5_000)
    assert (back.status, back.body["refunded_fen"], back.body["stored_fen"]) == (201, 5_000, 2_200)
    assert back.body["points_balance"] == 50
    assert await free_fen(bench, phone) == 55_000


async def test_a_paid_receipt_holds_nothing_more(bench: Bench) -> None:
    phone, till, receipt = await with_money(bench), bench.till(), new_number("R")
    await till.sell(1_000, receipt_no=receipt)
    code = await bench.member_code(phone)
    assert_error(await till.hold(1, member_code=code, receipt_no=receipt), 409, "conflict")


async def asked_for(phone: Phone, after: int) -> str:
    """The code of the question whether a large payment is right."""
    async with asyncio.timeout(LATE_SECONDS):
        while True:
            texts = [sent.text for sent in phone.wechat.sent_to(phone.openid, after=after)]
            if found := re.search(r"同意付款 ?(\d{6})", "\n".join(texts)):
                return found[1]
            await asyncio.sleep(0.02)


async def test_a_large_payment_waits_for_the_members_yes(bench: Bench) -> None:
    phone, till, receipt = await with_money(bench, 200_000), bench.till(), new_number("R")
    code, before = await bench.member_code(phone), len(bench.wechat.journal)
    held = await till.hold(150_000, member_code=code, receipt_no=receipt)
    assert (held.status, held.body["state"]) == (201, "awaiting_member")
    assert_error(await till.end_hold(held.body["hold_id"], "capture"), 409, "conflict")
    assert_error(await till.sell(150_000, receipt_no=receipt), 409, "conflict")
    answer = await asked_for(phone, before)
    assert "1500.00" in await phone.says(f"同意付款 {answer}", at=1)
    sold = await till.sell(150_000, receipt_no=receipt, at=1)
    assert (sold.status, sold.body["stored_fen"]) == (201, 150_000)
