"""Receipts of an earlier key (旧密钥): re-enrolling a till loses no receipt and doubles none."""

import pytest

from loyalty.receipts import ReceiptClaimed
from services.custody.verify import verify_ledger
from services.purchases.claims import claim_receipt
from services.purchases.reporting import record_purchase
from services.shop import Shop
from tests.services.claiming import WELCOME, posted_purchases, upload
from tests.shop_parts import MachineClock, a_member, a_receipt, a_report, a_till, points_of, read


async def test_a_receipt_of_the_old_key_stays_claimable(shop: Shop) -> None:
    li, old = await a_member(shop), await a_till(shop)
    receipt = a_receipt(shop, old)
    await upload(shop, old)
    assert (await a_till(shop)).epoch == old.epoch + 1
    assert (await claim_receipt(shop, li, receipt)).state == "credited"


async def test_a_receipt_of_the_old_key_uploaded_under_the_new_one_meets_its_claim(
    shop: Shop,
) -> None:
    li, old = await a_member(shop), await a_till(shop)
    await claim_receipt(shop, li, a_receipt(shop, old))
    recorded = await upload(shop, await a_till(shop))
    assert recorded.answer["points_balance"] == WELCOME + 32


async def test_a_receipt_of_the_old_key_finds_its_upload_under_the_new_one(shop: Shop) -> None:
    li, old = await a_member(shop), await a_till(shop)
    receipt = a_receipt(shop, old)
    await upload(shop, await a_till(shop))
    assert (await claim_receipt(shop, li, receipt)).balance == WELCOME + 32


async def test_a_new_receipt_with_an_old_number_is_another_receipt(
    shop: Shop, clock: MachineClock
) -> None:
    """A till that counts from one again after its re-enrolment."""
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    old = await a_till(shop)
    first = a_receipt(shop, old)
    assert (await claim_receipt(shop, li, first)).state == "pending"
    clock.pass_time(minutes=5)
    new = await a_till(shop)
    await upload(shop, new, receipt_no="R-2", yuan=10)
    assert (await claim_receipt(shop, wang, a_receipt(shop, new, yuan=10))).points == 10
    assert (await claim_receipt(shop, li, first)).state == "pending"
    assert await points_of(shop, li) == WELCOME


async def test_two_tokens_of_one_purchase_are_credited_to_one_person(shop: Shop) -> None:
    """The paper was printed under the old key, the upload's answer is signed with the new one."""
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    paper = a_receipt(shop, await a_till(shop))
    recorded = await record_purchase(shop, await a_till(shop), a_report(shop, sequence=7))
    answered = read(recorded.answer["claim"]["token"])
    await claim_receipt(shop, li, paper)
    with pytest.raises(ReceiptClaimed):
        await claim_receipt(shop, wang, answered)
    assert await posted_purchases() == 1
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_second_token_of_a_purchase_tells_its_owner_the_same(shop: Shop) -> None:
    li, old = await a_member(shop), await a_till(shop)
    paper = a_receipt(shop, old)
    recorded = await record_purchase(shop, await a_till(shop), a_report(shop, sequence=7))
    answered = read(recorded.answer["claim"]["token"])
    first = await claim_receipt(shop, li, paper)
    again = await claim_receipt(shop, li, answered)
    assert (again.state, again.points) == (first.state, first.points)
    assert await points_of(shop, li) == WELCOME + 32
