"""Verifying a shop that is open (营业中核对): claims arrive while the books are read."""

import asyncio
import contextvars
from collections import Counter

import pytest

import services.custody.verify
from services.custody.verify import verify_ledger
from services.purchases.claims import claim_receipt
from services.shop import Shop
from storage.audit import row_counts
from tests.databases import only_postgres
from tests.services.claiming import upload
from tests.shop_parts import a_member, a_receipt, a_till

ROUNDS = 5


@only_postgres
async def test_books_that_are_being_written_give_no_false_alarm(shop: Shop) -> None:
    li, till = await a_member(shop), await a_till(shop)

    async def sell(number: int) -> None:
        await upload(shop, till, number, receipt_no=f"R-{number}")
        await claim_receipt(shop, li, a_receipt(shop, till, number))

    for start in range(0, ROUNDS * 20, 20):
        selling = [asyncio.create_task(sell(start + number)) for number in range(20)]
        assert (await verify_ledger(shop)).complaints == ()
        await asyncio.gather(*selling)


@only_postgres
async def test_what_is_written_between_two_reads_is_not_seen_at_all(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (await verify_ledger(shop)).totals

    async def count_late() -> Counter[str]:
        await asyncio.create_task(a_member(shop), context=contextvars.Context())
        return await row_counts()

    monkeypatch.setattr(services.custody.verify, "row_counts", count_late)
    during = await verify_ledger(shop)
    assert (during.complaints, during.totals) == ((), before)
    monkeypatch.undo()
    assert (await verify_ledger(shop)).totals != before
