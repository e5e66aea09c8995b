"""What campaign tests share: campaigns of their own, what sets them off, what came of it."""

from typing import Any

from loyalty.person import Person
from services.campaigns.answering import run_cues
from services.campaigns.cues import cue
from services.campaigns.engine import run_campaign_audience
from services.campaigns.treating import treat
from services.campaigns.turns import Given, Turn, campaign_named
from services.loading import load_shop
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.shop import Shop
from storage.sql import rows
from storage.transactions import transactional
from tests.services.claiming import upload
from tests.shop_parts import a_receipt

POINTS = [{"points": 5}]
HELLO = [{"message": "你好"}]


async def load_campaign(shop: Shop, **terms: Any) -> None:
    """One beside those of the demo, or another version of it."""
    await load_shop(shop, {"campaigns": [{"code": "test", "actions": POINTS, **terms}]})
    await shop.rules.refresh()


async def only_campaign(shop: Shop, **terms: Any) -> None:
    """What the demo brings is out of the way."""
    ended = [
        {**one.terms.as_data(), "ended": True} for one in shop.rules.campaigns if one.code != "test"
    ]
    await load_shop(shop, {"campaigns": ended})
    await load_campaign(shop, **terms)


@transactional
async def happens(shop: Shop, trigger: str, member_id: int, *, key: str = "1") -> None:
    await cue(shop, trigger, member_id, key=key)


async def sets_off(shop: Shop, trigger: str, member_id: int, *, key: str = "1") -> int:
    """How many got something of what follows."""
    await happens(shop, trigger, member_id, key=key)
    return await run_cues(shop)


async def treat_now(shop: Shop, member_id: int, *, name: str = "1") -> Given:
    campaign = campaign_named(shop, "test")
    assert campaign is not None
    return await treat(shop, Turn(campaign, member_id, name=name, happened_at=shop.now()))


async def run_test_campaign(shop: Shop) -> int:
    campaign = campaign_named(shop, "test")
    assert campaign is not None
    return await run_campaign_audience(shop, campaign, shop.now())


async def effects(campaign: str = "test") -> list[str]:
    """What became of each, oldest first."""
    found = await rows(
        "SELECT what FROM campaign_effects WHERE campaign = $1 ORDER BY id", campaign
    )
    return [line["what"] for line in found]


async def buys(shop: Shop, till: Till, person: Person, sequence: int = 7) -> None:
    """A receipt of 32 yuan, scanned right after it was paid."""
    await upload(shop, till, sequence, receipt_no=f"C-{sequence}")
    await claim_receipt(shop, person, a_receipt(shop, till, sequence))
