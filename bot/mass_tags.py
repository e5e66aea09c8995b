"""Tags for mass sends (群发标签): each try of a call has one of its own, as an account has but 100.

Those of an earlier try stay in nobody's tag: some of them may have said stop since.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.wechat import WeChatGateway
from bot.wechat_mass import MOST_TAGGED, create_tag, delete_tag, tag_people, untag_people

log = logging.getLogger(__name__)

# At most thirty characters: which call, and which try of it.
TAG_NAME = "shuke-{}-{}"
# The platform says so of a tag that was just made, too, where two calls tag at once (4.10).
NO_SUCH_TAG = 45159
# A call for ten thousand takes two hundred of these; its lease is 27 s.
RENEW_SECONDS = 8.0


class Call(Protocol):
    """One mass send that is written down and to be made."""

    @property
    def id(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def content(self) -> Mapping[str, Any]: ...
    @property
    def openids(self) -> Sequence[str]: ...
    @property
    def attempt(self) -> int: ...
    @property
    def worn_tags(self) -> Mapping[int, int]: ...


class TagCalls(Protocol):
    """What tagging tells the stored calls."""

    async def keep(self, call: Any) -> bool: ...
    async def keep_tag(self, batch_id: int, tag_id: int | None) -> None: ...


async def tag_everybody(gateway: WeChatGateway, calls: TagCalls, call: Call) -> int | None:
    """A new tag with all whom the call is for; None when it is not ours any more."""
    await _drop_worn(gateway, calls, call.worn_tags)
    tag_id = await create_tag(gateway, TAG_NAME.format(call.id, call.attempt))
    await calls.keep_tag(call.id, tag_id)
    clock = asyncio.get_running_loop().time
    renew_at = clock() + RENEW_SECONDS
    for some in _parts(call.openids):
        await _undisturbed(tag_people(gateway, tag_id, some))
        if clock() > renew_at:
            if not await calls.keep(call):
                return None
            renew_at = clock() + RENEW_SECONDS
    return tag_id


async def untag_those_who_left(
    gateway: WeChatGateway, tag_id: int, call: Call, ready: Call
) -> None:
    staying = set(ready.openids)
    for some in _parts([openid for openid in call.openids if openid not in staying]):
        await _undisturbed(untag_people(gateway, tag_id, some))


async def _drop_worn(gateway: WeChatGateway, calls: TagCalls, worn_tags: Mapping[int, int]) -> None:
    for batch_id, tag_id in worn_tags.items():
        try:
            await delete_tag(gateway, tag_id)
        except (DeliveryFailed, DeliveryUncertain) as error:
            if not (isinstance(error, DeliveryFailed) and error.errcode == NO_SUCH_TAG):
                # It stays, and is tried again with the next call.
                log.warning("tag_not_deleted", extra={"facts": {"batch": batch_id}})
                continue
        await calls.keep_tag(batch_id, None)


def _parts(openids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(openids), MOST_TAGGED):
        yield openids[start : start + MOST_TAGGED]


async def _undisturbed(tagging: Awaitable[None]) -> None:
    """Another program of this account may tag people too: later, then, the whole call again."""
    try:
        await tagging
    except DeliveryFailed as failed:
        if failed.errcode != NO_SUCH_TAG:
            raise
        raise DeliveryFailed("try_again", NO_SUCH_TAG, failed.errmsg) from None
