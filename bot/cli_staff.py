"""Commands about staff: inviting by a code that is shown once, listing, stopping."""

import json
import sys

from bot.app import opened_shop
from bot.config import Settings
from loyalty.staff import Role
from services.invitations import StoreMissing, StoreNotThere, invite, list_staff, stop_staff

FAULT = 2


async def run_invite(settings: Settings, role: str, store: str) -> int:
    async with opened_shop(settings) as parts:
        try:
            invitation = await invite(parts.shop, Role(role), store)
        except StoreMissing:
            return _fault(f"a {role} works in one store: name it with --store")
        except StoreNotThere:
            return _fault(f"there is no store {store}: load a shop file that names it")
    print(json.dumps(invitation, ensure_ascii=False))
    return 0


async def run_list(settings: Settings) -> int:
    async with opened_shop(settings) as parts:
        for line in await list_staff(parts.shop):
            print(json.dumps(line, ensure_ascii=False))
    return 0


async def run_stop(settings: Settings, staff_id: int) -> int:
    async with opened_shop(settings) as parts:
        if not await stop_staff(parts.shop, staff_id):
            return _fault(f"nobody active has the number {staff_id}: see staff list")
    print(json.dumps({"staff": staff_id, "state": "stopped"}))
    return 0


def _fault(text: str) -> int:
    print(text, file=sys.stderr)
    return FAULT
