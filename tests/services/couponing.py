"""What coupon tests share: kinds of their own, copies for members, many tills at one moment."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from typing import Any

from loyalty.refusals import Refusal
from services.coupons.issuing import IssuedCoupon, issue_coupon
from services.coupons.redeeming import redeem_coupon
from services.coupons.uses import return_coupons, settle_uses
from services.loading import load_shop
from services.org.tills import Till
from services.purchases.recorded import Answer
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.instants import to_ms
from storage.sql import Row, change, rows
from storage.transactions import transactional
from tests.services.crowds import added
from tests.shop_parts import a_report

CAKE: dict[str, Any] = {
    "code": "cake",
    "name": "蛋糕券",
    "kind": "exchange",
    "item": "cake",
    "valid": "10d",
}
TEN_VISITS: dict[str, Any] = {
    "code": "yoga",
    "name": "瑜伽次卡",
    "kind": "count",
    "item": "yoga",
    "count": 10,
    "valid": "90d",
}


@transactional
async def issue(shop: Shop, member_id: int, kind: str, *, key: str) -> IssuedCoupon | None:
    return await issue_coupon(shop, member_id, kind, key=key, cause={"by": "test"})


async def load_kinds(shop: Shop, *kinds: dict[str, Any], **more: Any) -> None:
    """Kinds come or change beside those of the demo."""
    await load_shop(shop, {"coupon_kinds": list(kinds), **more})
    await shop.rules.refresh()


async def a_coupon(
    shop: Shop, member_id: int, kind: dict[str, Any] = CAKE, *, key: str = "given", **terms: Any
) -> str:
    """The code of a fresh copy of this kind."""
    await load_kinds(shop, {**kind, **terms})
    issued = await issue(shop, member_id, kind["code"], key=key)
    assert issued is not None
    return issued.code


async def stored_coupon(code: str) -> Row:
    [found] = await rows("SELECT * FROM coupons WHERE code = $1", code)
    return found


async def uses_of(code: str) -> list[tuple[str, str]]:
    """(receipt number, state) of every use, oldest first."""
    found = await rows(
        "SELECT u.receipt_no, u.state FROM coupon_uses u JOIN coupons c ON c.id = u.coupon_id"
        " WHERE c.code = $1 ORDER BY u.id",
        code,
    )
    return [(use["receipt_no"], use["state"]) for use in found]


async def at_once(tries: Iterable[Awaitable[object]]) -> Counter[str]:
    """How many got it, and by what the others were refused; anything else is a failure."""
    results = await asyncio.gather(*tries, return_exceptions=True)
    faults = [fault for fault in results if isinstance(fault, BaseException)]
    assert all(isinstance(fault, Refusal) for fault in faults), faults
    return Counter(
        type(result).__name__ if isinstance(result, Refusal) else "done" for result in results
    )


async def give_coupon(shop: Shop, openid: str, kind: dict[str, Any] = CAKE, **terms: Any) -> str:
    """The code of a fresh copy for the member behind an openid."""
    [found] = await rows("SELECT member_id FROM followers WHERE openid = $1", openid)
    [given] = await rows("SELECT COUNT(*) AS n FROM coupons")
    return await a_coupon(shop, found["member_id"], kind, key=f"given-{given['n']}", **terms)


async def buy(shop: Shop, till: Till, receipt_no: str) -> int:
    """The till reports the purchase of this receipt, and its coupons belong to it."""
    answer = (await record_purchase(shop, till, a_report(shop, receipt_no))).answer
    purchase_id: int = answer["purchase_id"]
    await transactional(settle_uses)(till.till_no, receipt_no, purchase_id)
    return purchase_id


async def refund_all(shop: Shop, purchase_id: int) -> int:
    await change("UPDATE purchases SET refunded_fen = paid_fen WHERE id = $1", purchase_id)
    return await transactional(return_coupons)(shop, purchase_id)


async def redeem(shop: Shop, till: Till, code: str, receipt_no: str = "R-1") -> Answer:
    return (await redeem_coupon(shop, till, code, receipt_no)).answer


async def has_used(shop: Shop, member_id: int, kind: str, *, days_ago: int = 1) -> None:
    """A coupon that is used up; again for the same kind: another one."""
    key = f"{kind}-{len(await rows('SELECT id FROM coupons'))}"
    coupon_id = await added(
        "coupons",
        code=key,
        key=key,
        kind=kind,
        member_id=member_id,
        terms="{}",
        state="issued",
        starts_on="2020-01-01",
        ends_on="2020-01-02",
        issued_at=1,
        uses_left=0,
    )
    used_at = to_ms(shop.now() - timedelta(days=days_ago))
    await added(
        "coupon_uses",
        coupon_id=coupon_id,
        state="used",
        till_id=1,
        receipt_no=key,
        used_at=used_at,
    )
