"""Notices (通知): what a member should be told by whichever channel will carry it.

A notice is a message of the outbox that holds the wording with its facts; whether and how it
leaves is decided when it is due, and the text is filled only then.
"""

from collections.abc import Mapping
from datetime import datetime, time

from loyalty.messages import MessageClass, Topic
from services.clock import SHOP_ZONE
from services.messages import sealed_content
from services.shop import Shop
from storage.notices import insert_notice

MORNING = time(9, tzinfo=SHOP_ZONE)


async def put_notice(
    shop: Shop,
    member_id: int,
    *,
    wording: str,
    facts: Mapping[str, object],
    key: str,
    due_at: datetime,
    message_class: str,
    topic: Topic | None = None,
    useless_after: datetime | None = None,
    otherwise: str | None = "first_line",
    campaign: str | None = None,
) -> bool:
    """Tell once per key, not before `due_at`; False when it was there, or nobody can be told.

    A helper for use cases. `message_class`: transactional, service, care or promotion.
    """
    content = {"kind": "notice", "wording": wording, "facts": facts}
    return await insert_notice(
        member_id,
        key=key,
        content_sealed=sealed_content(shop, key, content),
        message_class=message_class,
        lane=MessageClass(message_class).lane,
        topic=topic,
        campaign=campaign,
        wait_until=due_at,
        useless_after=useless_after,
        otherwise=otherwise,
        now=shop.clock.machine_now(),
    )


def this_morning(shop: Shop) -> datetime:
    """Nine o'clock of today, for what comes about in the night."""
    return datetime.combine(shop.today(), MORNING)
