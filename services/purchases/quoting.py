"""Quoting (询价): a till asks what a basket costs with this member, these coupons, these points.

The quote is the only thing written: the member's code stays unbound and no coupon is touched.
"""

import json
from dataclasses import dataclass
from typing import Any

from loyalty.best_price import Best, best_prices
from loyalty.coupons import CouponCopy
from loyalty.lower_prices import LowerPrices, lower_prices
from loyalty.member_codes import MemberCodeReading
from loyalty.offsets import OffsetNeedsMember
from loyalty.points import NotEnoughPoints
from loyalty.prices import Price, Unused, price_from
from loyalty.scopes import Occasion
from loyalty.shop_file.reading import Tier
from loyalty.unused import missed_promotions, unused_coupons
from services.coupons.typed_coupons import TypedCoupons, typed_coupons
from services.org.tills import Till
from services.purchases.member_codes import read_unused_code
from services.purchases.pricing import (
    Means,
    means_of,
    occasion_at,
    offers_of,
    refused_on,
    usable_on,
)
from services.purchases.quotes import QUOTE_LIFE, basket_of
from services.purchases.recorded import Answer
from services.shop import Shop
from services.wallet.balance import stored_value
from storage.quotes import insert_quote
from storage.transactions import transactional

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    lines: list[dict[str, Any]]
    member_code: str | None = None
    coupon_codes: tuple[str, ...] = ()
    points: int = 0
    stored_fen: int = 0


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom a basket is priced for: a member, or whoever holds the typed coupons."""

    reading: MemberCodeReading | None
    means: Means | None
    typed: TypedCoupons

    @property
    def tier(self) -> Tier | None:
        return self.means.tier if self.means else None

    @property
    def points(self) -> int:
        return self.means.points if self.means else 0

    @property
    def untyped(self) -> list[CouponCopy]:
        own = self.means.coupons if self.means else ()
        return [coupon for coupon in own if coupon.code not in self.typed.codes]


async def make_quote(shop: Shop, till: Till, request: QuoteRequest) -> Answer:
    """Price a basket and keep the price.

    Raises the refusals of member codes, of points that may not be used, of a basket below zero,
    and TooManyCouponCodes for a till that guesses.
    """
    asker = await _asker(shop, till, request)
    occasion = occasion_at(shop, till, asker.tier)
    lower = lower_prices(basket_of(request.lines), offers_of(shop, occasion, asker.tier))
    _, wanted = best_prices(lower, asker.typed.usable, balance=0)
    price = price_from(lower, wanted.coupons, points=request.points)
    stored_fen = await _stored_part(shop, asker, min(request.stored_fen, price.payable_fen))
    answer = {
        "quote_id": shop.random_bytes(ID_BYTES).hex(),
        "expires_at": shop.clock.local(shop.now() + QUOTE_LIFE).isoformat(),
        **_told_price(shop, price),
        "stored_fen": stored_fen,
        "rest_fen": price.payable_fen - stored_fen,
        **_told_others(lower, asker, occasion, wanted),
    }
    await _keep(shop, till, request, reading=asker.reading, price=price, answer=answer)
    return answer


async def _asker(shop: Shop, till: Till, request: QuoteRequest) -> Asker:
    code = request.member_code
    reading = None if code is None else await read_unused_code(shop, code)
    means = await means_of(shop, reading.handle) if reading else None
    if request.points and means is None:
        raise OffsetNeedsMember
    if means is not None and request.points > means.points:
        raise NotEnoughPoints(wanted=request.points, balance=means.points)
    member_id = reading.handle if reading else None
    typed = await typed_coupons(shop, till, request.coupon_codes, member_id=member_id)
    return Asker(reading, means, typed)


async def _stored_part(shop: Shop, asker: Asker, wanted_fen: int) -> int:
    """So much of it as the member has free to spend."""
    if asker.reading is None or wanted_fen == 0:
        return 0
    stored = await stored_value(shop, asker.reading.handle)
    return max(0, min(wanted_fen, stored.available_fen))


def _told_price(shop: Shop, price: Price) -> Answer:
    # The points step alone has no name in the shop's data.
    label = shop.phrase("tills/offset_label", {"points": price.points}) if price.points else ""
    return {
        "total_fen": price.total_fen,
        "payable_fen": price.payable_fen,
        "steps": [
            {"kind": step.kind, "label": step.label or label, "amount_fen": step.amount_fen}
            for step in price.steps
        ],
        "coupon_codes": list(price.coupon_codes),
        "points": price.points,
    }


def _told_others(lower: LowerPrices, asker: Asker, occasion: Occasion, wanted: Best) -> Answer:
    """What was not asked for: the best there is, and why each coupon is left."""
    untyped = asker.untyped
    usable = [*asker.typed.usable, *usable_on(occasion, untyped)]
    best, best_without = best_prices(lower, usable, balance=asker.points)
    used = set(wanted.coupon_codes)
    unused = (
        *asker.typed.refused,
        *unused_coupons(lower, wanted.coupons, [one for one in usable if one.code not in used]),
        *refused_on(occasion, untyped),
        *missed_promotions(lower.basket, lower.offers),
    )
    names = asker.typed.names | {coupon.code: coupon.terms.name for coupon in untyped}
    names |= {promotion.code: promotion.name for promotion in lower.offers.promotions}
    return {
        "unused": [_told_unused(one, names.get(one.code)) for one in unused],
        "best": _told_best(best),
        "best_without_points": _told_best(best_without),
    }


def _told_unused(unused: Unused, name: str | None) -> Answer:
    reason, gap_fen = unused.reason.value, unused.gap_fen
    return {"code": unused.code, "name": name, "reason": reason, "gap_fen": gap_fen}


def _told_best(best: Best) -> Answer:
    return {
        "payable_fen": best.payable_fen,
        "coupon_codes": list(best.coupon_codes),
        "points": best.points,
    }


@transactional
async def _keep(
    shop: Shop,
    till: Till,
    request: QuoteRequest,
    *,
    reading: MemberCodeReading | None,
    price: Price,
    answer: Answer,
) -> None:
    await insert_quote(
        quote_id=answer["quote_id"],
        till_id=till.till_no,
        member_id=reading.handle if reading else None,
        code_step=reading.step if reading else None,
        code_uses=reading.uses if reading else None,
        lines=json.dumps(request.lines, ensure_ascii=False),
        line_fen=json.dumps(price.line_fen),
        coupon_codes=json.dumps(price.coupon_codes),
        points=price.points,
        payable_fen=price.payable_fen,
        answer=json.dumps(answer, ensure_ascii=False),
        expires_at=shop.now() + QUOTE_LIFE,
        created_at=shop.now(),
    )
