"""Codes of campaigns (渠道码): what scanning one brings a member, and whoever joins by it.

The code of a market stall works the same minute, and no longer than its campaign.
"""

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.campaigns.audiences import log_unread
from services.campaigns.cues import in_force
from services.campaigns.treating import treat_all_in
from services.campaigns.turns import Given, Outcome, Turn
from services.messages.queueing import queue_message
from services.org.staff import allow
from services.shop import Shop
from storage.people import lock_follower, note_source
from storage.transactions import transactional

KIND = "channel"


class ChannelUnknown(Refusal):
    """No campaign that goes on has a code of this name."""

    wording = "campaigns/no_channel"


def channel_named(shop: Shop, name: str) -> str | None:
    """The channel as the shop file writes it, which is the scene that a scan tells.

    A campaign that has yet to begin has its code already: posters are printed before.
    """
    channels = [
        campaign.terms.about
        for campaign in shop.rules.campaigns
        if campaign.terms.kind == "code" and not campaign.terms.is_over(shop.today())
    ]
    same = [channel for channel in channels if channel.lower() == name.lower()]
    return name if name in same else next(iter(same), None)


@transactional
async def send_channel_code(shop: Shop, person: Person, name: str, *, key: str) -> str:
    """Have the picture of a campaign's code sent to whoever asks; its channel.

    Raises ChannelUnknown.
    """
    allow(person, Right.CAMPAIGN)
    channel = channel_named(shop, name)
    if channel is None:
        raise ChannelUnknown(channel=name)
    await queue_message(
        shop,
        key=f"channel:{key}",
        account=person.account,
        openid=person.openid,
        content={"kind": KIND, "value": channel},
    )
    return channel


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
    campaigns = in_force(shop, f"code:{scene}")
    await log_unread(shop, campaigns)
    turns = [
        Turn(
            campaign,
            member_id,
            name=key,
            happened_at=shop.now(),
            in_reply=True,
            person_id=person.follower_id,
        )
        for campaign in campaigns
    ]
    given = await treat_all_in(shop, turns)
    return [one for one in given if one.outcome is Outcome.TREATED]
