"""What claim tests share: one upload, everything a shop has written, many who scan at once."""

import asyncio
from collections.abc import Iterable

from loyalty.person import Person
from loyalty.receipts import ReceiptClaimed, UnverifiedReceipt
from services.org.tills import Till
from services.purchases.claims import ClaimAnswer, claim_receipt
from services.purchases.recorded import Recorded
from services.purchases.reporting import PurchaseReport, record_purchase
from services.shop import Shop
from storage.sql import rows
from tests.shop_parts import a_report

WELCOME = 50
TABLES = ("purchases", "claims", "ledger_transactions", "ledger_entries", "lots", "outbox")


async def upload(
    shop: Shop, till: Till, sequence: int = 7, *, receipt_no: str = "R-1", yuan: int = 32
) -> Recorded:
    """The till reports the basket whose receipt has this sequence, paid now."""
    report: PurchaseReport = a_report(shop, receipt_no, sequence=sequence, yuan=yuan)
    return await record_purchase(shop, till, report)


async def written() -> dict[str, int]:
    """How many rows there are of everything a claim could write."""
    counted = {table: await rows(f"SELECT COUNT(*) AS n FROM {table}") for table in TABLES}
    return {table: int(found[0]["n"]) for table, found in counted.items()}


async def scan_at_once(
    shop: Shop, people: Iterable[Person], receipt: UnverifiedReceipt
) -> list[ClaimAnswer]:
    """The answers of those who got it; all others were told that it is claimed."""
    tries = [claim_receipt(shop, person, receipt) for person in people]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(result, ClaimAnswer | ReceiptClaimed) for result in results), results
    return [result for result in results if isinstance(result, ClaimAnswer)]


async def posted_purchases() -> int:
    found = await rows("SELECT COUNT(*) AS n FROM ledger_transactions WHERE key LIKE 'purchase:%'")
    return int(found[0]["n"])
