"""Notices (通知): what a member should be told by whichever channel will carry it.

A notice is a message of the outbox that holds the wording with its facts; whether and how it
leaves is decided when it is due, and the text is filled only then.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import TypedDict, Unpack

from loyalty.messages import MessageClass, Topic
from services.clock import SHOP_ZONE
from services.messages import sealed_content
from services.shop import Shop
from storage.notices import insert_notice

MORNING = time(9, tzinfo=SHOP_ZONE)


class Leaving(TypedDict, total=False):
    """How a notice may leave; `otherwise` is a first line of the next contact if not told."""

    topic: Topic | None
    campaign: str | None
    useless_after: datetime | None
    otherwise: str | None


async def put_notice(
    shop: Shop,
    member_id: int,
    *,
    wording: str,
    facts: Mapping[str, object],
    key: str,
    due_at: datetime,
    message_class: str,
    **leaving: Unpack[Leaving],
) -> bool:
    """Tell once per key, not before `due_at`; False when it was there, or nobody can be told.

    A helper for use cases. `message_class`: transactional, service, care or promotion.
    """
    content = {"kind": "notice", "wording": wording, "facts": facts}
    now = shop.clock.machine_now()
    notice = {
        "key": key,
        "class": message_class,
        "lane": MessageClass(message_class).lane,
        "content": "",
        "content_sealed": sealed_content(shop, key, content),
        "state": "queued",
        "wait_until": due_at,
        "due_at": now,
        "created_at": now,
        "otherwise": "first_line",
        **leaving,
    }
    return await insert_notice(member_id, notice)


def this_morning(shop: Shop) -> datetime:
    """Nine o'clock of today, for what comes about in the night."""
    return datetime.combine(shop.today(), MORNING)
