"""What tests of quotes share: asking for one, paying it, and a member with something in hand."""

from typing import Any

from loyalty.fingerprints import fingerprint
from loyalty.person import Person
from services.org.tills import Till
from services.purchases.member_codes import show_code
from services.purchases.quoting import QuoteRequest, make_quote
from services.purchases.recorded import Answer, Recorded
from services.purchases.reporting import PurchaseReport, record_purchase
from services.shop import Shop
from storage.sql import change, rows
from tests.services.posting import member_id_of


def a_line(amount_fen: int, sku: str = "latte", category: str = "coffee") -> dict[str, Any]:
    facts = {"sku": sku, "name": sku, "category": category}
    return {**facts, "quantity": 1, "amount_fen": amount_fen}


async def code_of(shop: Shop, person: Person) -> str:
    return (await show_code(shop, member_id_of(person))).code


async def quote(
    shop: Shop, till: Till, *lines: int | dict[str, Any], by: Person | None = None, **asked: Any
) -> Answer:
    """Bare amounts are lattes; `by` shows a fresh code."""
    written = [a_line(line) if isinstance(line, int) else line for line in lines]
    code = await code_of(shop, by) if by else None
    return await make_quote(shop, till, QuoteRequest(written, code, **asked))


async def pay(
    shop: Shop, till: Till, told: Answer, *lines: int | dict[str, Any], **changed: Any
) -> Recorded:
    """The purchase as it was quoted, or with something `changed`."""
    written = [a_line(line) if isinstance(line, int) else line for line in lines]
    facts: dict[str, Any] = {
        "receipt_no": "R-1",
        "paid_fen": told["payable_fen"],
        "lines": written,
        "quote_id": told["quote_id"],
        **changed,
    }
    report = PurchaseReport(
        receipt_seq=None,
        paid_at=shop.now(),
        member_code=None,
        fingerprint=fingerprint([repr(facts)]),
        **facts,
    )
    return await record_purchase(shop, till, report)


async def make_gold(person: Person) -> None:
    await change(
        "INSERT INTO member_tiers (member_id, tier, growth, since_on)"
        " VALUES ($1, 'gold', 2000, '2027-01-01')",
        member_id_of(person),
    )


async def coupons_of(person: Person) -> dict[str, str]:
    """Kind → code of a member's coupons."""
    found = await rows("SELECT kind, code FROM coupons WHERE member_id = $1", person.member_id)
    return {coupon["kind"]: coupon["code"] for coupon in found}
