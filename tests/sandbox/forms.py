"""The forms the sandbox's tests send, filled with values each key would take."""

import asyncio
from typing import Any

from tests.sandbox.rig import Rig

POINTS = "shuke-points-ending-0000000000000000000000001"
ACTIVITY = "shuke-activity-sub-000000000000000000000000011"
ACTIVITY_AT_MINI = "shuke-activity-mini-00000000000000000000000014"
COUPONS = "shuke-coupons-sub-0000000000000000000000000010"
ONE_TIME = "shuke-once-0000000000000000000000000000000012"

POINTS_WORDS = {"number1": "120", "date2": "2027-03-01", "thing3": "到店可抵扣"}
ACTIVITY_WORDS = {"thing1": "手冲课", "time2": "2027-03-01 18:30", "thing3": "春熙路店"}


def filled(words: dict[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"value": value} for key, value in words.items()}


def template(rig: Rig, **changes: Any) -> dict[str, Any]:
    body = {"touser": rig.openid, "template_id": POINTS, "data": filled(POINTS_WORDS)}
    return body | changes


def activity(rig: Rig, number: str = ACTIVITY, **changes: Any) -> dict[str, Any]:
    body = {"touser": rig.openid, "template_id": number, "data": filled(ACTIVITY_WORDS)}
    return body | changes


async def told_of(rig: Rig, event: str, count: int = 1) -> list[dict[str, Any]]:
    """The pushes of this event once so many have come."""
    for _ in range(200):
        heard = [push.message for push in rig.shop.pushes if push.message.get("Event") == event]
        if len(heard) >= count:
            return heard
        await asyncio.sleep(0.01)
    raise AssertionError(f"{event} never came {count} times")
