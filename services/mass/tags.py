"""Tags for mass sends (群发标签): who may tag people now, and which tags nothing needs any more."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.shop import Shop
from storage.mass_tags import (
    accounts_in_hand,
    add_tag,
    forget_tag,
    tags_written_down,
    worn_tags,
)
from storage.name_locks import try_lock_name
from storage.transactions import transactional

# By then the call is over, however often it was made, and the platform has sent to all.
TAG_LIFE = timedelta(days=2)
# Of the tags nothing needs, so many go with each call: none waits long for them.
MOST_GIVEN_BACK = 5


def sends_by_tag(shop: Shop, account: str) -> bool:
    """Subscription accounts may not name whom they send to."""
    return shop.account_kinds.get(account) == "subscription"


async def accounts_tagging(shop: Shop, now: datetime) -> set[str]:
    """Accounts whose next call has to wait for another one. A helper for use cases.

    Two calls that tag at once disturb each other (wechat-platform 4.10, 45159).
    """
    by_tag = [name for name in shop.account_kinds if sends_by_tag(shop, name)]
    if not by_tag:
        return set()
    if not await try_lock_name("tagging"):
        return set(by_tag)
    return await accounts_in_hand(by_tag, now)


async def tags_to_give_back(shop: Shop, account: str) -> Mapping[int, int]:
    """The platform's numbers by ours."""
    if not sends_by_tag(shop, account):
        return {}
    made_before = shop.clock.machine_now() - TAG_LIFE
    return await worn_tags(account, made_before, MOST_GIVEN_BACK)


@transactional
async def keep_mass_tag(shop: Shop, batch_id: int, account: str, tag_id: int) -> int:
    """The platform has it from now on; our number for it."""
    return await add_tag(batch_id, account, tag_id, shop.clock.machine_now())


@transactional
async def forget_mass_tag(row_id: int) -> None:
    """The platform has it no more."""
    await forget_tag(row_id)


async def known_tags(account: str) -> set[int]:
    """The platform's numbers of those that somebody will give back."""
    return await tags_written_down(account)
