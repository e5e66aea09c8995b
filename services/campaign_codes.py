"""Codes of campaigns (渠道码): what scanning one brings a member, and whoever joins by it.

The code of a market stall works the same minute, and no longer than its campaign.
"""

from loyalty.person import Person
from services.campaign_cues import in_force
from services.campaign_treating import treat_all_in
from services.campaign_turns import Given, Outcome, Turn
from services.shop import Shop
from storage.people import lock_follower, note_source
from storage.transactions import transactional


def is_campaign_code(shop: Shop, scene: str) -> bool:
    return bool(in_force(shop, f"code:{scene}"))


@transactional
async def scan_code(shop: Shop, person: Person, scene: str, *, key: str) -> list[Given]:
    """What the member gets by it, the same however often it is scanned.

    Of who is no member yet it is kept for the joining; the last code before it counts.
    """
    member_id = await lock_follower(person.follower_id)
    if member_id is None:
        await note_source(person.follower_id, scene)
        return []
    turns = [
        Turn(campaign, member_id, name=key, happened_at=shop.now(), in_reply=True)
        for campaign in in_force(shop, f"code:{scene}")
    ]
    given = await treat_all_in(shop, turns)
    return [one for one in given if one.outcome is Outcome.TREATED]
