"""Cues (线索): something has happened that a campaign answers, at once or some days later.

What no campaign in force answers costs nothing: the rules are at hand, and nothing is asked.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from loyalty.campaigns import Campaign
from services.clock import SHOP_ZONE, day_of
from services.shop import Shop
from storage.campaign_cues import NewCue, put_cues, putting, stopping
from storage.instants import from_ms
from storage.sql import Part


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened to a member, where and when."""

    member_id: int
    key: str
    at: datetime
    store_id: int | None
    facts: Mapping[str, object]


async def cue(
    shop: Shop,
    trigger: str,
    member_id: int,
    *,
    key: str,
    at: datetime | None = None,
    store_id: int | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Note that this happened (at `at`, else now) for the campaigns that answer it.

    A helper for use cases; once per key. One statement, or none where no campaign answers.
    """
    campaigns = in_force(shop, trigger)
    if campaigns:
        what = Happening(member_id, key, at or shop.now(), store_id, facts or {})
        await put_cues([_cue_of(campaign, what) for campaign in campaigns])


def follows_buying(shop: Shop, member_id: int, purchase: Mapping[str, Any]) -> dict[str, Part]:
    """The changes once a purchase is a member's: what answers it is noted, what ends with it ends.

    None where no campaign cares.
    """
    parts: dict[str, Part] = {}
    if ending := shop.rules.ended_by_buying:
        parts["stopped"] = stopping(member_id, ending, now=shop.clock.machine_now())
    if campaigns := _holding(shop, shop.rules.answers_to_buying):
        number, at = purchase["id"], from_ms(purchase["paid_at"])
        key, store_id = f"purchase:{number}", purchase["store_id"]
        what = Happening(member_id, key, at, store_id, {"purchase": number})
        parts["noted"] = putting([_cue_of(campaign, what) for campaign in campaigns])
    return parts


def _cue_of(campaign: Campaign, what: Happening) -> NewCue:
    return NewCue(
        key=f"{what.key}:{campaign.code}",
        campaign=campaign.code,
        member_id=what.member_id,
        store_id=what.store_id,
        facts=json.dumps(dict(what.facts)),
        happened_at=what.at,
        due_at=due_at(campaign, what.at),
    )


def in_force(shop: Shop, trigger: str) -> list[Campaign]:
    """The campaigns that this sets off today; whether staff have stopped one is seen later."""
    return _holding(shop, (one for one in shop.rules.campaigns if one.terms.answers(trigger)))


def _holding(shop: Shop, campaigns: Iterable[Campaign]) -> list[Campaign]:
    today = shop.today()
    return [campaign for campaign in campaigns if campaign.terms.holds_on(today)]


def due_at(campaign: Campaign, happened_at: datetime) -> datetime:
    """At once, or so many days after at the campaign's time of day."""
    if not campaign.terms.waits_days:
        return happened_at
    day = day_of(happened_at) + timedelta(days=campaign.terms.days)
    return datetime.combine(day, time.fromisoformat(campaign.terms.time_of_day), SHOP_ZONE)
