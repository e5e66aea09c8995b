"""How a purchase was paid (付款): the quote's points and coupons, and stored value held for it.

All of these are helpers for recording a purchase and run inside its transaction.
"""

from dataclasses import dataclass, replace

from loyalty.earning import deserved
from loyalty.ledger import Unit
from loyalty.member_codes import MemberCodeReading, MemberCodeUsed
from loyalty.refusals import Refusal
from services.coupons.uses import redeem_for_purchase, settle_uses
from services.ledger.points import spend_points
from services.ledger.posting import lock_accounts
from services.org.tills import Till
from services.purchases.facts import (
    PurchaseRow,
    earning_of,
    earning_text,
    facts_of_purchase,
    sale_of,
)
from services.purchases.member_codes import code_of, read_code, use_code
from services.purchases.quotes import TakenQuote, mark_quote_paid
from services.purchases.refund_steps import spending_key
from services.shop import Shop
from services.wallet.stored_payments import capture_for_purchase, member_of_hold
from storage.member_codes import code_bound_to
from storage.purchases import update_purchase

UNITS = (Unit.BONUS, Unit.GROWTH, Unit.POINTS, Unit.PRINCIPAL)


class QuoteOfAnother(Refusal):
    """The quote was made for one member, the code shown is another's."""

    wording = "tills/quote_of_another"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who the purchase belongs to, and whose stored value is held for it."""

    member_id: int | None
    payer_id: int | None


async def find_buyer(
    shop: Shop, till: Till, receipt_no: str, *, code: str | None, quote: TakenQuote | None
) -> Buyer:
    """By the code shown, by the quote, or by the stored value that is held for the receipt."""
    payer_id = await member_of_hold(shop, till, receipt_no)
    reading = await _bound_by_hold(shop, till, receipt_no, code=code)
    reading = reading or _reading(shop, code, quote)
    if reading is None:
        return Buyer(payer_id, payer_id)
    try:
        member_id = await use_code(shop, reading, till, purpose="purchase", reference=receipt_no)
    except MemberCodeUsed:
        # The hold of this very receipt has bound it before.
        member_id = await use_code(shop, reading, till, purpose="hold", reference=receipt_no)
    return Buyer(member_id, payer_id)


async def take_payment(
    shop: Shop, till: Till, purchase: PurchaseRow, buyer: Buyer, quote: TakenQuote | None
) -> PurchaseRow:
    """Spend the quote's points, capture the hold, redeem the coupons; the purchase after it."""
    if quote is not None or buyer.payer_id is not None:
        purchase = await _take_value(shop, till, purchase, buyer, quote)
    receipt_no = purchase["receipt_no"]
    if quote is None:
        await settle_uses(till.till_no, receipt_no, purchase["id"])
        return purchase
    await redeem_for_purchase(
        shop,
        till,
        quote.coupon_codes,
        receipt_no=receipt_no,
        purchase_id=purchase["id"],
        # Who was quoted may have been merged since.
        member_id=None if quote.member_id is None else buyer.member_id,
    )
    await mark_quote_paid(quote.quote_row_id, purchase["id"])
    return purchase


async def _take_value(
    shop: Shop, till: Till, purchase: PurchaseRow, buyer: Buyer, quote: TakenQuote | None
) -> PurchaseRow:
    members = {buyer.member_id, buyer.payer_id} - {None}
    accounts = {
        member_id: await lock_accounts(member_id, UNITS)
        for member_id in sorted(member for member in members if member is not None)
    }
    points = quote.points if quote is not None else 0
    if points:
        assert buyer.member_id is not None, "points are quoted for members"
        await spend_points(
            shop,
            buyer.member_id,
            points,
            cause={
                "what": "spent",
                "points": points,
                "rules": shop.rules.version,
                **facts_of_purchase(shop, purchase),
            },
            key=spending_key(purchase["id"]),
            accounts=accounts[buyer.member_id],
        )
    if buyer.payer_id is None:
        return await update_purchase(purchase, points_spent=points)
    captured = await capture_for_purchase(
        shop,
        till,
        purchase["receipt_no"],
        paid_fen=purchase["paid_fen"],
        accounts=accounts[buyer.payer_id],
        member_id=buyer.payer_id,
        purchase_id=purchase["id"],
    )
    rule = earning_of(purchase)
    if not shop.rules.points.bonus_paid_earns:
        rule = replace(rule, bonus_paid_fen=captured.bonus_fen)
    return await update_purchase(
        purchase,
        points_spent=points,
        stored_fen=captured.stored_fen,
        stored_bonus_fen=captured.bonus_fen,
        earning=earning_text(rule),
        points=deserved(rule, sale_of(purchase)),
    )


async def _bound_by_hold(
    shop: Shop, till: Till, receipt_no: str, *, code: str | None
) -> MemberCodeReading | None:
    """The code that a hold has bound to this very receipt is good for it, however old it is."""
    if code is None:
        return None
    bound = await code_bound_to(till.till_no, purpose="hold", reference=receipt_no)
    return bound if bound is not None and code_of(shop, bound) == code else None


def _reading(shop: Shop, code: str | None, quote: TakenQuote | None) -> MemberCodeReading | None:
    """A quote holds longer than the code it was asked with, so its own reading counts."""
    quoted = quote.reading if quote is not None else None
    if code is None:
        return quoted
    if quoted is None:
        return read_code(shop, code)
    if code == code_of(shop, quoted):
        return quoted
    shown = read_code(shop, code)
    if shown.handle != quoted.handle:
        raise QuoteOfAnother
    return shown
