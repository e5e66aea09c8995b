"""What refund tests share: goods for a member, refunds of them, and all that a member has."""

from dataclasses import dataclass
from typing import Any

from loyalty.fingerprints import fingerprint
from loyalty.person import Person
from services.org.tills import Till
from services.purchases.member_codes import show_code
from services.purchases.recorded import Answer
from services.purchases.refunds import RefundReport, record_refund
from services.purchases.reporting import PurchaseReport, record_purchase
from services.shop import Shop
from storage.sql import row, rows
from tests.services.posting import member_id_of

LATTE = {"sku": "latte", "name": "latte", "category": "coffee", "quantity": 2, "amount_fen": 6400}
CAKE = {"sku": "cake", "name": "cake", "category": "bakery", "quantity": 1, "amount_fen": 1650}
LATTE_BACK = {"sku": "latte", "quantity": 1, "amount_fen": 3200}
CAKE_BACK = {"sku": "cake", "quantity": 1, "amount_fen": 1650}
PAID_FEN = 8050


@dataclass(frozen=True, slots=True)
class Holding:
    """Everything a purchase may have changed on a member's accounts."""

    points: int
    debt: int
    growth: int


async def holding_of(person: Person) -> Holding:
    found = await rows(
        "SELECT unit, balance, debt FROM ledger_accounts WHERE member_id = $1 AND name = 'member'",
        member_id_of(person),
    )
    accounts = {line["unit"]: line for line in found}
    nothing = {"balance": 0, "debt": 0}
    points = accounts.get("points", nothing)
    return Holding(points["balance"], points["debt"], accounts.get("growth", nothing)["balance"])


def a_basket(shop: Shop, receipt_no: str = "R-1", **facts: Any) -> PurchaseReport:
    """Two lattes and a cake for 80.50, paid now."""
    values = {
        "receipt_no": receipt_no,
        "receipt_seq": None,
        "paid_at": shop.now(),
        "paid_fen": PAID_FEN,
        "lines": [LATTE, CAKE],
        "member_code": None,
        "quote_id": None,
        **facts,
    }
    return PurchaseReport(**values, fingerprint=fingerprint({**values, "paid_at": ""}))


async def buys(
    shop: Shop, till: Till, person: Person, receipt_no: str = "R-1", **facts: Any
) -> Answer:
    """The member shows a code and pays the basket."""
    code = (await show_code(shop, member_id_of(person))).code
    report = a_basket(shop, receipt_no, member_code=code, **facts)
    return (await record_purchase(shop, till, report)).answer


def a_refund(
    shop: Shop,
    refund_no: str = "F-1",
    *,
    amount_fen: int | None = None,
    lines: list[dict[str, Any]] | None = None,
    receipt_no: str = "R-1",
) -> RefundReport:
    return RefundReport(
        refund_no=refund_no,
        receipt_no=receipt_no,
        amount_fen=amount_fen,
        lines=lines,
        refunded_at=shop.now(),
        fingerprint=fingerprint([refund_no, receipt_no, amount_fen, lines]),
    )


async def refund(shop: Shop, till: Till, refund_no: str = "F-1", **facts: Any) -> Answer:
    return (await record_refund(shop, till, a_refund(shop, refund_no, **facts))).answer


async def purchase_row(receipt_no: str = "R-1") -> dict[str, Any]:
    found = await row("SELECT * FROM purchases WHERE receipt_no = $1", receipt_no)
    assert found is not None
    return found
