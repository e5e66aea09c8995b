"""Tags for mass sends (群发标签): each try of a call has a new one, with whom it is for by then."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.mass_calls import Call, Calls, NotConfirmed, NotPrepared
from bot.wechat import WeChatGateway
from bot.wechat_mass import MOST_TAGGED, create_tag, delete_tag, tag_people, untag_people

log = logging.getLogger(__name__)

# The platform says so of a tag that was just made, too, where two calls tag at once (4.10).
NO_SUCH_TAG = 45159
# A name has at most thirty characters; of a call's key so many tell it from all others.
KEY_LENGTH = 16
# A call for ten thousand takes two hundred of these; its lease is 27 s.
KEEP_SECONDS = 8.0

Tagging = Callable[[WeChatGateway, int, Sequence[str]], Awaitable[None]]


async def tag_everybody(
    gateway: WeChatGateway, calls: Calls, call: Call, go_on: Callable[[], None]
) -> tuple[int, frozenset[str]]:
    """A new tag, and who has it; of those who cannot, it is written down why.

    `go_on` is asked before each part, and raises where nothing more is to be begun.
    """
    await _give_back(gateway, calls, call.worn_tags)
    tag_id = await create_tag(gateway, _name(call))
    row_id = await calls.keep_tag(call, tag_id)
    try:
        refused = await _tag(gateway, calls, call, tag_id, go_on)
        if refused and not await calls.leave_out(call, refused):
            raise NotConfirmed
    except (DeliveryFailed, DeliveryUncertain, NotConfirmed, NotPrepared):
        # Nothing was sent by it, and the next try has its own.
        await _give_back(gateway, calls, {row_id: tag_id})
        raise
    return tag_id, frozenset(call.openids) - refused.keys()


async def _tag(
    gateway: WeChatGateway, calls: Calls, call: Call, tag_id: int, go_on: Callable[[], None]
) -> dict[str, str]:
    clock = asyncio.get_running_loop().time
    refused: dict[str, str] = {}
    keep_at = clock()
    for some in _parts(call.openids):
        go_on()
        if clock() >= keep_at:
            if not await calls.keep(call):
                raise NotConfirmed
            keep_at = clock() + KEEP_SECONDS
        refused |= await _one_or_all(tag_people, gateway, tag_id, some)
    return refused


async def untag(gateway: WeChatGateway, tag_id: int, openids: Sequence[str]) -> None:
    """Whom the platform does not know any more is not reached by a tag either."""
    for some in _parts(openids):
        await _one_or_all(untag_people, gateway, tag_id, some)


def _name(call: Call) -> str:
    return f"shuke-{call.key[:KEY_LENGTH]}-{call.attempt}"


def _parts(openids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(openids), MOST_TAGGED):
        yield openids[start : start + MOST_TAGGED]


async def _one_or_all(
    act: Tagging, gateway: WeChatGateway, tag_id: int, openids: Sequence[str]
) -> dict[str, str]:
    """One whom the platform refuses stops nobody else: whom it refused, and why."""
    try:
        await act(gateway, tag_id, openids)
    except DeliveryFailed as failed:
        if failed.errcode == NO_SUCH_TAG:
            # Another program of this account tags people now.
            raise DeliveryFailed("try_again", NO_SUCH_TAG, failed.errmsg) from None
        if failed.kind != "permanent":
            raise
        if len(openids) == 1:
            return {openids[0]: failed.mark or str(failed.errcode)}
    else:
        return {}
    refused: dict[str, str] = {}
    for openid in openids:
        refused |= await _one_or_all(act, gateway, tag_id, [openid])
    return refused


async def _give_back(gateway: WeChatGateway, calls: Calls, tags: Mapping[int, int]) -> None:
    """An account has but a hundred. What cannot be deleted now goes with another call."""
    for row_id, tag_id in tags.items():
        try:
            await delete_tag(gateway, tag_id)
        except (DeliveryFailed, DeliveryUncertain) as error:
            if not (isinstance(error, DeliveryFailed) and error.errcode == NO_SUCH_TAG):
                log.warning("tag_not_deleted", extra={"facts": {"tag": tag_id}})
                return
        await calls.forget_tag(row_id)
