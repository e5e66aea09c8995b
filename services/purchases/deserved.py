"""What a purchase deserves (应得): its net by the rule kept with it, within its day's limit."""

from dataclasses import dataclass, replace

from loyalty.earning import Earning, NoPoints, Reckoning, reckon
from loyalty.ledger import Unit
from loyalty.money import yuan_text
from loyalty.refunds import NOTHING_RETURNED
from services.purchases.facts import (
    PurchaseRow,
    day_counter,
    earning_text,
    facts_of_purchase,
    returned_of,
    sale_of,
)
from services.shop import Shop
from storage.counters import take_what_is_left


@dataclass(frozen=True, slots=True)
class Deserved:
    """Points and growth of a purchase as it is now."""

    purchase: PurchaseRow
    rule: Earning
    reckoning: Reckoning

    @property
    def amounts(self) -> dict[Unit, int]:
        net_fen = self.purchase["paid_fen"] - self.purchase["refunded_fen"]
        return {Unit.POINTS: self.reckoning.points, Unit.GROWTH: net_fen}

    @property
    def none(self) -> NoPoints | None:
        """Why there are no points; None where there are some."""
        paid_fen, refunded_fen = self.purchase["paid_fen"], self.purchase["refunded_fen"]
        return self.reckoning.no_points(self.rule, paid_fen=paid_fen, refunded_fen=refunded_fen)

    def kept(self, member_id: int) -> dict[str, object]:
        """What stands in the purchase once this is on the accounts of its member."""
        amounts = self.amounts
        return {
            "member_id": member_id,
            "earning": earning_text(self.rule),
            "points": amounts[Unit.POINTS],
            "points_standing": amounts[Unit.POINTS],
            "growth_standing": amounts[Unit.GROWTH],
            "credit_due_at": None,
        }

    def cause(self, shop: Shop) -> dict[str, object]:
        """What explains it later, kept with the ledger transaction."""
        purchase = self.purchase
        facts = {
            "what": "purchase",
            **facts_of_purchase(shop, purchase),
            "yuan": yuan_text(purchase["paid_fen"]),
            "net_fen": self.amounts[Unit.GROWTH],
            **self.reckoning.facts(self.rule),
        }
        if purchase["refunded_fen"]:
            facts["refunded_fen"] = purchase["refunded_fen"]
        return facts


async def deserved_by(purchase: PurchaseRow, rule: Earning) -> Deserved:
    returned = await returned_of(purchase) if purchase["refunded_fen"] else NOTHING_RETURNED
    return Deserved(purchase, rule, reckon(rule, sale_of(purchase), returned))


async def deserved_within_the_day(
    shop: Shop, member_id: int, purchase: PurchaseRow, rule: Earning
) -> Deserved:
    """The same, taken from the limit of the purchase's day; what that leaves is kept in the rule.

    A helper for use cases that credit it, once.
    """
    whole, limit = await deserved_by(purchase, rule), shop.rules.points.cap_per_day
    if limit is None:
        return whole
    counter = day_counter(member_id, purchase)
    granted = await take_what_is_left(counter, whole.reckoning.points, limit)
    return await deserved_by(purchase, replace(rule, day_allowance=granted))
