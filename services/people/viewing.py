"""Views (浏览): what a member who agreed to marketing looked at in the mini-program.

Kept by day and only for who said yes to it, so that one coupon can follow a look (A68).
"""

import json
from collections.abc import Mapping
from datetime import datetime

from loyalty.people import Purpose
from loyalty.person import Person
from services.campaigns.cues import cue, in_force
from services.shop import Shop
from storage.consents import newest_consent
from storage.product_views import add_view, lines_bought_since
from storage.transactions import transactional


@transactional
async def note_view(shop: Shop, person: Person, *, sku: str, category: str) -> bool:
    """Whether it was noted: not of strangers, nor of who did not agree, nor where nobody asks."""
    if person.member_id is None or not in_force(shop, "viewed"):
        return False
    consent = await newest_consent(person.member_id, Purpose.MARKETING)
    if consent is None or not consent["given"]:
        return False
    day, now = shop.today(), shop.now()
    if not await add_view(person.member_id, sku=sku, category=category, day=day, now=now):
        return False
    key = f"viewed:{person.member_id}:{sku}:{category}:{day}"
    await cue(shop, "viewed", person.member_id, key=key, facts={"sku": sku, "category": category})
    return True


async def bought_what_was_viewed(
    member_id: int, facts: Mapping[str, object], *, since: datetime
) -> bool:
    """The very goods, or where only a category was looked at, anything of it."""
    wanted = ("sku", facts["sku"]) if facts["sku"] else ("category", facts["category"])
    name, value = wanted
    return any(
        line.get(name) == value
        for lines in await lines_bought_since(member_id, since)
        for line in json.loads(lines)
    )
