"""Conditions in words (等级条件): a line for each, from the figures that decide."""

from loyalty.money import yuan_text
from loyalty.tiers import Condition, Standards
from services.shop import Shop

HELD = {
    "growth": "tiers/held_growth",
    "visits": "tiers/held_visits",
    "spend_fen": "tiers/held_spend",
}
MISSING = {
    "growth": "tiers/missing_growth",
    "visits": "tiers/missing_visits",
    "spend_fen": "tiers/missing_spend",
}


def condition_lines(shop: Shop, asked: Standards) -> list[str]:
    """What is there, what is asked for, and what is missing, in money exact to the fen."""
    return [
        shop.phrase((HELD if item.holds else MISSING)[item.measure], _figures(item))
        for item in asked.conditions
    ]


def _figures(item: Condition) -> dict[str, object]:
    match item.measure:
        case "growth":
            # People see whole growth; one is a yuan, so the gap is told in money.
            have, need = item.have // 100, -(-item.need // 100)
            return {"have": have, "need": need, "missing": yuan_text(item.missing)}
        case "spend_fen":
            have_yuan, need_yuan = yuan_text(item.have), yuan_text(item.need)
            return {"have": have_yuan, "need": need_yuan, "missing": yuan_text(item.missing)}
        case _:
            return {"have": item.have, "need": item.need, "missing": item.missing}
