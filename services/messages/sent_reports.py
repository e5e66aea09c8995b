"""Reports (送达回执): what the platform tells, after it took a message, of how that ended."""

from loyalty.messages import SUBSCRIBED, Channel
from loyalty.person import Person
from services.shop import Shop
from storage.outbox_results import Told, resolve_by_platform_id, resolve_newest
from storage.transactions import transactional

NOTICES = (Channel.TEMPLATE,)
SUBSCRIPTIONS = tuple(sorted(SUBSCRIBED))


@transactional
async def template_told(
    shop: Shop, person: Person, platform_id: str, *, failed: str | None
) -> bool:
    """`failed` is None where it was delivered; False where no message of ours is known by it."""
    return await _resolve(shop, person, platform_id, _told(NOTICES, failed))


@transactional
async def subscription_told(
    shop: Shop, person: Person, platform_id: str, *, failed: str | None
) -> bool:
    """The same of a subscription notice; mini-programs learn the id only here."""
    return await _resolve(shop, person, platform_id, _told(SUBSCRIPTIONS, failed))


def _told(channels: tuple[Channel, ...], failed: str | None) -> Told:
    return Told(channels, "sent" if failed is None else "failed", failed)


async def _resolve(shop: Shop, person: Person, platform_id: str, told: Told) -> bool:
    now = shop.clock.machine_now()
    if await resolve_by_platform_id(person.account, platform_id, told, now):
        return True
    newest = await resolve_newest(
        person.account, person.openid, told, platform_id=platform_id, now=now
    )
    return bool(newest)
