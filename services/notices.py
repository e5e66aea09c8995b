"""Notices (通知): what a member should be told when a channel allows it.

A notice is the wording with its facts; whether and how it is sent is decided when it is due.
"""

from collections.abc import Mapping
from datetime import datetime, time

from loyalty.fingerprints import canonical_json
from services.clock import SHOP_ZONE
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
) -> bool:
    """Keep a notice once per key; False when it was there.

    A helper for use cases. `message_class`: transactional, service, care or promotion.
    """
    return await insert_notice(
        member_id,
        wording=wording,
        facts=canonical_json(facts),
        key=key,
        due_at=due_at,
        message_class=message_class,
        created_at=shop.now(),
    )


def this_morning(shop: Shop) -> datetime:
    """Nine o'clock of today, for what comes about in the night."""
    return datetime.combine(shop.today(), MORNING)
