"""Asking staff about campaigns (营销请示): a budget is used up, somebody has to say what then."""

from loyalty.campaigns import Campaign
from loyalty.money import yuan_text
from loyalty.staff import Right
from services.messages.telling import tell_staff
from services.shop import Shop
from storage.campaigns import note_asked


async def ask_for_budget(shop: Shop, campaign: Campaign, budget_fen: int) -> None:
    """Once a budget. A helper for use cases."""
    if await note_asked(campaign.code, budget_fen):
        facts = {
            "code": campaign.code,
            "title": campaign.terms.title,
            "yuan": yuan_text(budget_fen),
        }
        text = shop.phrase("campaigns/budget_used_up", facts)
        key = f"campaign-budget:{campaign.code}:{budget_fen}"
        await tell_staff(shop, None, Right.CAMPAIGN, text, key=key, store_id=None)
