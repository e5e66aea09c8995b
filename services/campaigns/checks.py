"""Checks of campaigns (营销检查): what could never work is refused when it is loaded.

They are made with the shop as it would be with the file, whose transaction ends with a fault.
"""

from dataclasses import replace

from loyalty.campaign_limits import hides_its_cost
from loyalty.campaigns import AskForm, Campaign, campaign_of
from loyalty.refusals import Refusal
from loyalty.shop_file.reading import ShopFile
from loyalty.shop_file.table import ShopFileFault, ShopFileFaults
from services.audiences.finding import read_audience
from services.rules import RulesBook
from services.shop import Shop


async def check_campaigns(shop: Shop, shop_file: ShopFile) -> None:
    """Raises ShopFileFaults with all of them. A helper for who has written the file."""
    if not shop_file.campaigns:
        return
    book = RulesBook(shop.clock)
    await book.refresh()
    after, faults = replace(shop, rules=book), list[ShopFileFault]()
    for index, terms in enumerate(shop_file.campaigns):
        faults += await _faults_of(after, campaign_of(terms), f"campaigns[{index}]")
    if faults:
        raise ShopFileFaults(faults)


async def _faults_of(shop: Shop, campaign: Campaign, place: str) -> list[ShopFileFault]:
    terms, faults = campaign.terms, list[ShopFileFault]()
    if terms.budget_fen is not None and hides_its_cost(campaign, shop.rules.coupon_kinds):
        problem = "bounds nothing while nobody says what a coupon for goods costs"
        faults.append(ShopFileFault(f"{place}.budget_fen", problem, "write cost_fen"))
    if any(isinstance(action, AskForm) and not action.answers for action in campaign.actions):
        remedy = 'write {form = {question = "…", answers = ["…", "…"]}}'
        faults.append(ShopFileFault(f"{place}.actions", "ask a form nobody has written", remedy))
    # What has ended may ask for what is gone: that may be why it was ended.
    audience = None if terms.ended else terms.audience
    return faults + await _audience_faults(shop, audience, f"{place}.audience")


async def _audience_faults(shop: Shop, text: str | None, place: str) -> list[ShopFileFault]:
    if text is None:
        return []
    try:
        await read_audience(shop, None, text)
    except Refusal as refusal:
        problem = f"is no audience ({shop.phrase(refusal.wording, refusal.facts)})"
        return [ShopFileFault(place, problem, "write a filter or a saved name")]
    return []
