"""The check question (消费时核对): after a claim, one question whether a detail still holds."""

from dataclasses import dataclass
from datetime import timedelta

from loyalty.details import detail_to_check
from loyalty.receipts import Receipt
from services.details.keeping import BY_MEMBER, unsealed
from services.details.readers import mask
from services.shop import Shop
from storage.details import (
    filled_details,
    freshness_of,
    last_asked_on,
    log_detail_change,
    mark_asked,
    mark_verified,
)
from storage.transactions import transactional


@dataclass(frozen=True, slots=True)
class Check:
    """The detail to ask about, masked."""

    name: str
    masked: str


async def check_after_claim(shop: Shop, member_id: int, receipt: Receipt) -> Check | None:
    """What to ask with the answer to this claim; the same receipt again asks the same.

    One read, and none where the shop does not ask; only a new question is written down.
    """
    days, today = shop.rules.profile.check_days, shop.today()
    if days == 0:
        return None
    found = await filled_details([member_id])
    filled = [freshness_of(line) for line in found]
    key = f"claim:{receipt.till_no}:{receipt.epoch}:{receipt.sequence}"
    last = last_asked_on(found)
    name = detail_to_check(filled, key=key, today=today, days=days, last_asked_on=last)
    if name is None:
        return None
    is_new = not any(detail.name == name and detail.awaits(key) for detail in filled)
    if is_new and not await keep_asked(shop, member_id, name, key=key):
        return None
    sealed = next(line["value"] for line in found if line["name"] == name)
    return Check(name, mask(name, unsealed(shop, member_id, name, sealed)))


@transactional
async def keep_asked(shop: Shop, member_id: int, name: str, *, key: str) -> bool:
    """False when another message has asked meanwhile."""
    since = shop.today() - timedelta(days=shop.rules.profile.check_days)
    return await mark_asked(member_id, name, shop.today(), key=key, since=since)


@transactional
async def confirm_detail(shop: Shop, member_id: int, name: str, *, key: str) -> None:
    """The member says that it still holds; the same message again changes nothing."""
    now = shop.now()
    if await log_detail_change(member_id, name, "confirmed", by=BY_MEMBER, key=key, now=now):
        await mark_verified(member_id, [name], shop.today())
