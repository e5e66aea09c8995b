"""Ends of campaigns (营销结束): what one has left to say is not said once it is over or stopped."""

from collections.abc import Iterable

from loyalty.send_gate import Held, Outgoing
from services.shop import Shop
from storage.campaigns import states_of


def campaigns_over(shop: Shop) -> list[str]:
    """Those that ended by their terms; what staff have stopped stands in the tables."""
    today = shop.today()
    return [one.code for one in shop.rules.campaigns if one.terms.is_over(today)]


async def closed_campaigns(shop: Shop, outgoing: Iterable[Outgoing]) -> dict[str, Held]:
    """Of the campaigns of these messages those that say nothing any more, and why; one read, or
    none where no campaign speaks."""
    speaking = {one.campaign for one in outgoing if one.campaign is not None}
    states = await states_of(sorted(speaking))
    stopped = {code for code, state in states.items() if state["stopped_at"] is not None}
    over = speaking.intersection(campaigns_over(shop))
    return dict.fromkeys(over, Held.CAMPAIGN_OVER) | dict.fromkeys(stopped, Held.STOPPED)
