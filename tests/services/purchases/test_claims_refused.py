"""Refused receipts (无效小票): one answer for every fault, nothing written, ten tries an hour."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from loyalty.receipts import (
    ONLINE_BIT,
    ReceiptRefused,
    TooManyReceiptTries,
    UnverifiedReceipt,
    sign_receipt,
)
from services.org.tills import Till
from services.purchases.claims import check_on_its_face, claim_receipt
from services.shop import Shop
from tests.services.claiming import upload, written
from tests.shop_parts import a_follower, a_member, a_receipt, a_till, read

Fault = Callable[[Shop, Till, UnverifiedReceipt], UnverifiedReceipt | None]


def signed_for(shop: Shop, till: Till, good: UnverifiedReceipt, **other: str) -> UnverifiedReceipt:
    place = {"brand": shop.rules.brand_code, "environment": shop.environment}
    return read(sign_receipt(good.receipt, till.key, **{**place, **other}))


FAULTS: dict[str, Fault] = {
    "damaged": lambda shop, till, good: None,
    "one bit of the code": lambda shop, till, good: replace(
        good, mac=bytes([good.mac[0] ^ 1, *good.mac[1:]])
    ),
    "no code at all": lambda shop, till, good: replace(good, mac=bytes(16)),
    "a higher amount": lambda shop, till, good: replace(
        good, receipt=replace(good.receipt, amount_fen=990000)
    ),
    "another number": lambda shop, till, good: replace(
        good, receipt=replace(good.receipt, sequence=8)
    ),
    "another till": lambda shop, till, good: replace(
        good, receipt=replace(good.receipt, till_no=till.till_no + 1)
    ),
    "a till that is not": lambda shop, till, good: a_receipt(shop, replace(till, till_no=9999)),
    "a key made up": lambda shop, till, good: a_receipt(shop, replace(till, key=bytes(32))),
    "an epoch to come": lambda shop, till, good: a_receipt(shop, replace(till, epoch=1)),
    "another brand": lambda shop, till, good: signed_for(shop, till, good, brand="rose"),
    "another system": lambda shop, till, good: signed_for(
        shop, till, good, environment="production"
    ),
    "too old": lambda shop, till, good: a_receipt(
        shop, till, paid_at=shop.now() - timedelta(days=30, minutes=1)
    ),
    "from the future": lambda shop, till, good: a_receipt(
        shop, till, paid_at=shop.now() + timedelta(minutes=6)
    ),
    "an answer never given": lambda shop, till, good: a_receipt(shop, till, ONLINE_BIT | 1),
}


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_every_fault_has_one_answer_and_writes_nothing(
    shop: Shop, till: Till, fault: Fault
) -> None:
    people = [await a_member(shop, "li"), await a_follower(shop, "wang")]
    before = await written()
    bad = fault(shop, till, a_receipt(shop, till))
    for person in people:
        with pytest.raises(ReceiptRefused) as refused:
            await claim_receipt(shop, person, bad)
        assert (refused.value.wording, refused.value.status) == ("claims/refused", 404)
        assert refused.value.facts == {}
    assert await written() == before


async def test_a_tills_clock_may_be_a_little_ahead(shop: Shop, till: Till) -> None:
    ahead = a_receipt(shop, till, paid_at=shop.now() + timedelta(minutes=5))
    assert (await claim_receipt(shop, await a_member(shop), ahead)).state == "pending"


async def test_after_ten_failures_in_an_hour_even_a_good_receipt_is_refused(
    shop: Shop, till: Till
) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await upload(shop, till)
    for tried in range(10):
        with pytest.raises(ReceiptRefused) as refused:
            await claim_receipt(shop, li, None)
        assert refused.value.status == 404, tried
    before = await written()
    with pytest.raises(TooManyReceiptTries) as limited:
        await claim_receipt(shop, li, a_receipt(shop, till))
    assert (limited.value.wording, limited.value.status) == ("claims/refused", 429)
    assert await written() == before
    assert (await claim_receipt(shop, wang, a_receipt(shop, till))).state == "credited"


async def test_nine_failures_and_any_number_of_good_scans_do_no_harm(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    for _ in range(9):
        with pytest.raises(ReceiptRefused):
            await claim_receipt(shop, li, None)
    for _ in range(12):
        assert (await claim_receipt(shop, li, a_receipt(shop, till))).state == "pending"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_page_refuses_on_its_face_what_nobody_could_claim(
    shop: Shop, till: Till, fault: Fault
) -> None:
    bad = fault(shop, till, a_receipt(shop, till))
    if bad is not None and bad.receipt.sequence >= ONLINE_BIT:
        return  # such a token is genuine by itself; only claiming looks for its purchase
    before = await written()
    with pytest.raises(ReceiptRefused):
        await check_on_its_face(shop, bad)
    await check_on_its_face(shop, a_receipt(shop, till))
    assert await written() == before
