"""Notices (通知): what a member should be told by whichever channel will carry it.

A notice is a message of the outbox that holds the wording with its facts; whether and how it
leaves is decided when it is due, and the text is filled only then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import TypedDict, Unpack

from loyalty.messages import MessageClass, Topic
from loyalty.send_gate import Held
from services.clock import SHOP_ZONE
from services.messages.queueing import sealed_content
from services.shop import Shop
from storage.notices import insert_notice, withdraw_notices

MORNING = time(9, tzinfo=SHOP_ZONE)


class Leaving(TypedDict, total=False):
    """How a notice may leave; `otherwise` is a first line of the next contact if not told.

    `replaces`: keys of notices of the same matter, which say nothing any more beside this one.
    `fresh_until`: until then it is sent, and not later. `broadcast_id`: the line it stands in.
    """

    topic: Topic | None
    campaign: str | None
    useless_after: datetime | None
    fresh_until: datetime | None
    otherwise: str | None
    broadcast_id: int | None
    replaces: Sequence[str]


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
    earlier = leaving.pop("replaces", ())
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
    is_new = await insert_notice(member_id, notice)
    if is_new and earlier:
        await withdraw_notices(earlier, reason=Held.REPLACED, now=now)
    return is_new


def this_morning(shop: Shop) -> datetime:
    """Nine o'clock of today, for what comes about in the night."""
    return datetime.combine(shop.today(), MORNING)
