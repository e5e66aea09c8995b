"""Uses of coupons (核销): once a receipt, only where and when they are good; and given back.

All of this happens inside the use case of a till, a purchase, a refund or a person at the counter.
Locks are taken in the order receipt number, coupon.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from loyalty.coupons import coupon_terms
from loyalty.refusals import Refusal
from services.coupons.checks import CouponUsed, locked_coupon, refuse_unusable
from services.org.tills import Till
from services.purchases.recorded import Answer
from services.shop import Shop
from services.tiers.gift_returns import take_back_returned_coupon
from storage.campaigns import void_if_taken_back
from storage.coupon_uses import (
    insert_use,
    newest_use,
    return_use,
    settle_uses_of,
    use_without_purchase,
    uses_of_purchase,
)
from storage.coupons import give_back_use, prolong_coupon, take_use
from storage.locks import lock_receipt_no
from storage.purchases import purchase_by_receipt_no
from storage.sql import Row

HELD_FOR = timedelta(hours=24)
# What a till must know of the terms to take it off the basket.
TERMS_TOLD = ("item", "amount_fen", "discount_percent", "max_fen")


class ReceiptReturned(Refusal):
    """All of this receipt was returned before."""

    wording = "tills/receipt_returned"
    status = 409


@dataclass(frozen=True, slots=True)
class UsedCoupon:
    """One use; `answer` is what the till is told, the same again for the same receipt."""

    use_id: int
    member_id: int
    answer: Answer
    is_replay: bool = False


async def use_coupon(
    shop: Shop, till: Till, code: str, *, receipt_no: str, purchase: bool = True
) -> UsedCoupon:
    """Use it here and now, or tell again what was told for this receipt.

    A helper for use cases. Without a `purchase` to come it is used at once. Raises CouponUnknown,
    CouponUsed, CouponJustUsed, CouponNotUsable.
    """
    await lock_receipt_no(till.till_no, receipt_no)
    coupon = await locked_coupon(code)
    earlier = await newest_use(coupon["id"], till.till_no, receipt_no)
    if earlier is not None and earlier["state"] != "released":
        answer = json.loads(earlier["answer"])
        return UsedCoupon(earlier["id"], coupon["member_id"], answer, is_replay=True)
    sale = await purchase_by_receipt_no(till.till_no, receipt_no)
    if sale is not None and sale["refunded_fen"] >= sale["paid_fen"] > 0:
        raise ReceiptReturned
    await refuse_unusable(shop, till, coupon)
    purchase_id = sale["id"] if sale else None
    is_held = purchase and purchase_id is None
    return await _use(
        shop, till, coupon, receipt_no=receipt_no, purchase_id=purchase_id, is_held=is_held
    )


async def redeem_for_purchase(
    shop: Shop,
    till: Till,
    codes: Iterable[str],
    *,
    receipt_no: str,
    purchase_id: int,
    member_id: int | None,
) -> None:
    """Use the coupons of a quote that is being paid, without judging their terms anew.

    A helper for use cases that hold the receipt number's lock. Raises CouponUsed when one was
    used elsewhere, given away or put on offer since; what the till redeemed for this very receipt
    counts as used.
    """
    for code in sorted(codes):
        coupon = await locked_coupon(code)
        earlier = await newest_use(coupon["id"], till.till_no, receipt_no)
        if earlier is not None and earlier["state"] in ("held", "used"):
            continue
        if member_id not in (None, coupon["member_id"]):
            raise CouponUsed(name=coupon_terms(coupon["terms"]).name)
        await _use(
            shop, till, coupon, receipt_no=receipt_no, purchase_id=purchase_id, is_held=False
        )
    await settle_uses(till.till_no, receipt_no, purchase_id)


async def settle_uses(till_no: int, receipt_no: str, purchase_id: int) -> int:
    """What a till redeemed for this receipt belongs to its purchase from now on; how many.

    A helper for use cases that hold the receipt number's lock.
    """
    return await settle_uses_of(till_no, receipt_no, purchase_id)


async def return_coupons(shop: Shop, purchase_id: int) -> int:
    """Everything was refunded: its coupons are good again, ended ones for a few days more.

    A helper for use cases; how many coupons came back.
    """
    uses = await uses_of_purchase(purchase_id)
    return sum([await _return(shop, use) for use in uses])


async def undo_use(shop: Shop, use_id: int) -> bool:
    """Give back a use that no purchase stands behind; False when it was given back before.

    A helper for use cases.
    """
    use = await use_without_purchase(use_id)
    return use is not None and await _return(shop, use)


async def give_back(shop: Shop, coupon: Row) -> int:
    """One use more, unless what brought the coupon was taken back; how often it is good now.

    A helper for use cases that hold the coupon.
    """
    uses_left = await give_back_use(coupon["id"])
    has_gone = await take_back_returned_coupon(shop, coupon) or await void_if_taken_back(coupon)
    return 0 if has_gone else uses_left


async def _use(
    shop: Shop, till: Till, coupon: Row, *, receipt_no: str, purchase_id: int | None, is_held: bool
) -> UsedCoupon:
    if not await take_use(coupon["id"]):
        raise CouponUsed(name=coupon_terms(coupon["terms"]).name)
    coupon["uses_left"] -= 1
    state = "held" if is_held else "used"
    answer = told_of(coupon, state=state, receipt_no=receipt_no)
    use_id = await insert_use(
        coupon_id=coupon["id"],
        state=state,
        till_id=till.till_no,
        receipt_no=receipt_no,
        purchase_id=purchase_id,
        used_at=shop.now(),
        due_at=shop.now() + HELD_FOR if is_held else None,
        answer=json.dumps(answer, ensure_ascii=False),
    )
    return UsedCoupon(use_id, coupon["member_id"], answer)


async def _return(shop: Shop, use: Row) -> bool:
    coupon = await locked_coupon(use["code"])
    if not await return_use(use["id"], shop.now()):
        return False
    await give_back(shop, coupon)
    if coupon["ends_on"] < shop.today().isoformat():
        days = timedelta(days=coupon_terms(coupon["terms"]).return_days)
        await prolong_coupon(coupon["id"], shop.today() + days)
    return True


def told_of(coupon: Row, *, state: str, receipt_no: str) -> Answer:
    terms = coupon_terms(coupon["terms"])
    told = {name: getattr(terms, name) for name in TERMS_TOLD}
    return {
        "code": coupon["code"],
        "name": terms.name,
        "kind": terms.kind,
        **{name: value for name, value in told.items() if value is not None},
        "state": state,
        "uses_left": coupon["uses_left"],
        "receipt_no": receipt_no,
    }
