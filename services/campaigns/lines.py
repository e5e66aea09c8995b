"""Lines of campaigns (营销队列): a run that says the same to everybody may say it by mass sends.

A line is a group send that nobody drafted: the gate, the outbox and the gathering treat it alike.
It gathers once the run is through, so that one call takes all whom no chat is open to.
"""

from collections.abc import Mapping
from datetime import datetime

from loyalty.campaigns import Campaign, SendMessage
from services.shop import Shop
from storage.campaign_lines import close_line, open_line
from storage.instants import to_ms
from storage.transactions import transactional


@transactional
async def open_lines(shop: Shop, campaign: Campaign, planned_at: datetime) -> Mapping[int, int]:
    """The line of each message that may go to many by one call, by the action's place; a run
    that goes on after a kill has the same ones."""
    if not campaign.terms.mass:
        return {}
    lines = {}
    for place, action in campaign.in_order():
        if isinstance(action, SendMessage):
            said = campaign.terms.says_of(action.message_class, action.topic)
            lines[place] = await open_line(
                f"campaign:{campaign.code}:{place}:{to_ms(planned_at)}",
                campaign=campaign.code,
                text=action.text,
                topic=said.topic,
                now=shop.now(),
            )
    return lines


@transactional
async def close_lines(lines: Mapping[int, int]) -> None:
    """Nobody more comes into them."""
    for line_id in lines.values():
        await close_line(line_id)
