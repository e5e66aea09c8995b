"""The demo's reach (演示触达): subscriptions that somebody gave, and a group send that waits.

Both by the ways of life: a popup answered on a phone, a draft as the manager would leave it.
"""

from collections.abc import Mapping

from loyalty.broadcast_contents import read_content
from services.broadcasts.drafts import aim_at, draft_broadcast
from services.shop import Shop
from tools.demo_cast import MANAGER, REGULAR
from tools.demo_persons import person_with

# Forms of the sandbox: coupons and activities at the service account, coupons at the mini-program.
GIVEN: Mapping[str, list[str]] = {
    "main": [
        "shuke-coupons-sub-0000000000000000000000000010",
        "shuke-activity-sub-000000000000000000000000011",
    ],
    "mini": ["shuke-coupons-mini-000000000000000000000000013"],
}
# Whoever wrote lately can be answered for two days, by as many messages as the platform grants.
SUBSCRIBER = WRITER = REGULAR
WRITTEN = "积分"
AUDIENCE = "30天内消费>=50"
WORDS = "周六下午两点到五点是春熙路店的手冲体验日，第二杯半价，到店出示会员码即可。"


async def leave_draft(shop: Shop, appid: str) -> int:
    """The number of the draft, which 群发 lists."""
    manager = await person_with(shop, appid, MANAGER)
    aim = await aim_at(shop, manager, AUDIENCE)
    draft = await draft_broadcast(shop, manager, aim, read_content(WORDS), key="demo:broadcast")
    return int(draft["id"])
