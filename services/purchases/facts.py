"""What is known of a purchase (消费事实): its rule, its goods, and what of it came back."""

import functools
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from loyalty.earning import Boost, Earning, earning_from, reckon
from loyalty.refunds import NOTHING_RETURNED, RefundLine, Returned, Sale, SaleLine
from loyalty.scopes import Occasion, misses
from services.clock import day_of
from services.shop import Shop
from storage.instants import from_ms
from storage.refunds import refunds_of

PurchaseRow = dict[str, Any]
RULES_AT_HAND = 1_000


def rule_of_purchase(shop: Shop, store_id: int, paid_at: datetime) -> Earning:
    """How a purchase earns by the rules of now: the boosts of its day and store, for any tier."""
    policy, place = shop.rules.points, shop.rules.places[store_id]
    occasion = Occasion(day_of(paid_at), place.store, place.region)
    return Earning(
        rules=shop.rules.version,
        per_yuan=policy.points_per_yuan,
        tier=shop.rules.base_tier,
        boosts=tuple(
            Boost(
                code=boost.code,
                name=boost.name,
                percent=boost.percent,
                points=boost.points,
                threshold_fen=boost.threshold_fen,
                tiers=boost.scope.tiers,
                categories=boost.scope.categories,
                excluded_categories=boost.scope.excluded_categories,
            )
            for boost in shop.rules.point_boosts
            if misses(replace(boost.scope, tiers=()), occasion) is None
        ),
        excluded_categories=policy.excluded_categories,
        excluded_skus=policy.excluded_skus,
        cap_per_receipt=policy.cap_per_receipt,
    )


def estimated(shop: Shop, paid_fen: int) -> tuple[int, dict[str, object]]:
    """What an amount may earn while nothing is known of its lines, and the facts of that."""
    policy = shop.rules.points
    rule = Earning(
        rules=shop.rules.version,
        per_yuan=policy.points_per_yuan,
        cap_per_receipt=policy.cap_per_receipt,
    )
    reckoning = reckon(rule, Sale(paid_fen, (SaleLine("", "", 1, paid_fen),)))
    return reckoning.points, reckoning.facts(rule)


def sale_of(purchase: PurchaseRow) -> Sale:
    return sold(purchase["paid_fen"], json.loads(purchase["lines"]))


def sold(paid_fen: int, lines: list[dict[str, Any]]) -> Sale:
    """A basket from the lines as a till reports them, with their prices where it was quoted."""
    return Sale(
        paid_fen,
        tuple(
            SaleLine(
                line["sku"],
                line["category"],
                line["quantity"],
                line["amount_fen"],
                line.get("paid_fen"),
            )
            for line in lines
        ),
    )


def earning_of(purchase: PurchaseRow, *, tier: str | None = None) -> Earning:
    """The rule kept with a purchase; where it has boosts, for a member of this tier."""
    return _earning_in(purchase["earning"], tier)


# The purchases of a day and store mostly earn by the same rule.
@functools.lru_cache(maxsize=RULES_AT_HAND)
def _earning_in(text: str, tier: str | None) -> Earning:
    rule = earning_from(json.loads(text))
    return replace(rule, tier=tier) if tier is not None and rule.boosts else rule


@functools.lru_cache(maxsize=RULES_AT_HAND)
def earning_text(earning: Earning) -> str:
    return json.dumps(earning.as_data(), ensure_ascii=False)


async def returned_of(purchase: PurchaseRow) -> Returned:
    """All that came back of a purchase so far."""
    total = NOTHING_RETURNED
    for refund in await refunds_of(purchase["id"]):
        total += returned_by(refund)
    return total


def returned_by(refund: dict[str, Any]) -> Returned:
    lines = json.loads(refund["lines"]) if refund["lines"] else []
    return Returned(
        refund["amount_fen"] or 0,
        tuple(RefundLine(line["sku"], line["quantity"], line["amount_fen"]) for line in lines),
    )


def facts_of_purchase(shop: Shop, purchase: PurchaseRow) -> dict[str, object]:
    """What every line of the bill about a purchase says."""
    place = shop.rules.places[purchase["store_id"]]
    return {
        "purchase": purchase["id"],
        "receipt_no": purchase["receipt_no"],
        "store": place.store_name,
    }


def day_counter(member_id: int, purchase: PurchaseRow) -> str:
    return f"points-day:{member_id}:{day_of(from_ms(purchase['paid_at']))}"


def purchase_key(purchase_id: int) -> str:
    return f"purchase:{purchase_id}"
