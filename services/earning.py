"""Earning by purchase (消费积分): from what a till reported to points on the member's account."""

from dataclasses import dataclass
from typing import Any

from loyalty.money import yuan_text
from loyalty.points import EarningRule, ReceiptLine, points_for
from services.points import earn_points, points_balance
from services.shop import Shop
from storage.instants import from_ms
from storage.purchases import set_purchase_member
from storage.shop import store_name_of_till


@dataclass(frozen=True, slots=True)
class Credit:
    points: int
    balance: int


def points_of_amount(shop: Shop, paid_fen: int) -> int:
    """What an amount earns when nothing is known of its lines."""
    return points_for(paid_fen, (), _rule(shop))


def points_of_purchase(shop: Shop, paid_fen: int, lines: list[dict[str, Any]]) -> int:
    receipt_lines = [
        ReceiptLine(line["sku"], line["category"], line["amount_fen"]) for line in lines
    ]
    return points_for(paid_fen, receipt_lines, _rule(shop))


async def credit_purchase(shop: Shop, purchase: dict[str, Any], member_id: int) -> Credit | None:
    """Give a purchase and its points to a member, once; None when it is another member's."""
    if purchase["member_id"] != member_id and not await set_purchase_member(
        purchase["id"], member_id
    ):
        return None
    await earn_points(
        shop,
        member_id,
        purchase["points"],
        key=f"purchase:{purchase['id']}",
        cause={
            "what": "purchase",
            "purchase": purchase["id"],
            "receipt_no": purchase["receipt_no"],
            "yuan": yuan_text(purchase["paid_fen"]),
            "store": await store_name_of_till(purchase["till_id"]),
        },
        occurred_at=from_ms(purchase["paid_at"]),
    )
    balance = await points_balance(shop, member_id)
    return Credit(purchase["points"], balance.points)


def _rule(shop: Shop) -> EarningRule:
    return EarningRule(points_per_yuan=shop.rules.points.points_per_yuan)
