"""What activity tests share: an activity of their own, its number, people who sign up."""

from datetime import timedelta
from typing import Any

from loyalty.person import Person
from services.activities.signups import SignedUp, sign_up
from services.activities.whats_on import time_text
from services.loading import load_shop
from services.shop import Shop
from storage.sql import row, rows
from tests.shop_parts import a_member


async def an_activity(shop: Shop, code: str = "evening", **terms: Any) -> int:
    """Tomorrow from this hour for two hours, with two seats; its number."""
    starts = shop.now() + timedelta(days=1)
    whole = {
        "code": code,
        "name": "品鉴会",
        "starts": local(shop, starts),
        "until": local(shop, starts + timedelta(hours=2)),
        "place": "春熙路店二楼",
        "seats": 2,
        "notice": False,
        **terms,
    }
    await load_shop(shop, {"activities": [{k: v for k, v in whole.items() if v is not None}]})
    await shop.rules.refresh()
    found = await row("SELECT id FROM activities WHERE code = $1", code)
    assert found is not None
    return int(found["id"])


def local(shop: Shop, instant: Any) -> str:
    return f"{time_text(shop, instant).replace(' ', 'T')}:00"


async def signs_up(shop: Shop, person: Person, number: int, *, key: str = "") -> SignedUp:
    return await sign_up(shop, person, number, key=key or f"sign:{person.openid}:{number}")


async def guests(shop: Shop, number: int, count: int, *, prefix: str = "guest") -> list[Person]:
    """So many members, signed up one after the other."""
    people = [await a_member(shop, f"{prefix}-{n}") for n in range(count)]
    for person in people:
        await signs_up(shop, person, number)
    return people


async def states(number: int) -> list[str]:
    """Of all sign-ups, in order."""
    found = await rows(
        "SELECT state FROM activity_signups WHERE activity_id = $1 ORDER BY id", number
    )
    return [line["state"] for line in found]


async def taken(number: int) -> int:
    found = await row("SELECT taken FROM activities WHERE id = $1", number)
    assert found is not None
    return int(found["taken"])


async def seats_counted(number: int) -> int:
    """What the counter should be."""
    return sum(state in ("seated", "attended", "no_show") for state in await states(number))
