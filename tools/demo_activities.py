"""The demo's activities (演示活动): their days lie ahead, and one is full with people waiting."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from loyalty.refusals import Refusal
from services.activities.signups import sign_up
from services.clock import SHOP_ZONE
from services.people.callers import identify
from services.shop import Shop
from storage.sql import row
from tools.demo_data import openid_of_guest
from tools.demo_deeds import ACCOUNT
from tools.demo_story import MEMBERS

TIMES = ("starts", "until", "signup_until")
WEEK = timedelta(weeks=1)
# Six seats, and two who wait.
WANTED = 8


def in_coming_weeks(activities: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The same on the same weekdays, the first of them within two weeks."""
    local = now.astimezone(SHOP_ZONE).replace(tzinfo=None)
    first = min(activity["starts"] for activity in activities)
    weeks = (local + WEEK - first) // WEEK + 1
    return [
        {name: value + weeks * WEEK if name in TIMES else value for name, value in activity.items()}
        for activity in activities
    ]


async def fill_tasting(shop: Shop) -> None:
    """Guests of the story want to come; those of other regions cannot."""
    found = await row("SELECT id FROM activities WHERE code = 'tasting'")
    assert found is not None, "it was loaded just now"
    came = 0
    for guest in range(1, MEMBERS):
        person = (await identify(shop, ACCOUNT, openid_of_guest(guest), "")).person
        try:
            await sign_up(shop, person, found["id"], key=f"demo:signup:{guest}")
        except Refusal:
            continue
        came += 1
        if came == WANTED:
            return
