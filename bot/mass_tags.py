"""Tags for mass sends (群发标签): each try of a call has a new one, with whom it is for by then."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from bot.delivery_errors import RECIPIENT_MARKS, DeliveryFailed, DeliveryUncertain
from bot.mass_calls import Call, Calls, NotConfirmed, NotPrepared
from bot.wechat import WeChatGateway
from bot.wechat_mass import (
    MOST_TAGGED,
    create_tag,
    delete_tag,
    tag_people,
    tags_of,
    untag_people,
)

log = logging.getLogger(__name__)

# The platform says so of a tag that was just made, too, where two calls tag at once (4.10).
NO_SUCH_TAG = 45159
TOO_MANY_TAGS = 45056
OURS = "shuke-"
# A name has at most thirty characters; of a call's key so many tell it from all others.
KEY_LENGTH = 16
# A call for ten thousand takes two hundred of these; its lease is 27 s.
KEEP_SECONDS = 8.0

Act = Callable[[WeChatGateway, int, Sequence[str]], Awaitable[None]]


def sends_by_tag(gateway: WeChatGateway) -> bool:
    """Subscription accounts may not name whom they send to."""
    return gateway.account.kind == "subscription"


class Tagging:
    """The tag of one try; `go_on` raises where nothing more is to be begun.

    The call is kept in hand all the while: before each request of the platform it is looked at.
    """

    def __init__(
        self, gateway: WeChatGateway, calls: Calls, call: Call, go_on: Callable[[], None]
    ) -> None:
        self._gateway = gateway
        self._calls = calls
        self._call = call
        self._go_on = go_on
        self._keep_at = 0.0
        self._tagged: set[str] = set()
        self.tag_id = 0

    async def tag_everybody(self) -> None:
        """With a new tag; of those who cannot have it, it is written down why."""
        await self._give_back(self._call.worn_tags)
        self.tag_id = await self._create()
        row_id = await self._calls.keep_tag(self._call, self.tag_id)
        try:
            refused = await self._act_on(tag_people, self._call.openids)
            if refused and not await self._calls.leave_out(self._call, refused):
                raise NotConfirmed
        except (DeliveryFailed, DeliveryUncertain, NotConfirmed, NotPrepared):
            # Nothing was sent by it, and the next try has its own.
            await self._delete(row_id, self.tag_id)
            raise
        self._tagged = set(self._call.openids) - refused.keys()

    async def untag_all_but(self, staying: Sequence[str]) -> bool:
        """False when nobody else has the tag."""
        gone = self._tagged - set(staying)
        refused = await self._act_on(untag_people, sorted(gone))
        # Whom the platform does not know any more is not reached by a tag either.
        if others := set(refused.values()) - set(RECIPIENT_MARKS.values()):
            raise NotPrepared(min(others))
        self._tagged -= gone
        return bool(gone)

    async def _create(self) -> int:
        await self._keep()
        try:
            name = f"{OURS}{self._call.key[:KEY_LENGTH]}-{self._call.attempt}"
            return await create_tag(self._gateway, name)
        except DeliveryFailed as failed:
            if failed.errcode != TOO_MANY_TAGS:
                raise
        with suppress(DeliveryFailed, DeliveryUncertain):
            await self._sweep()
        raise NotPrepared(str(TOO_MANY_TAGS))

    async def _sweep(self) -> None:
        """Whoever died between making a tag and writing it down left one that nobody knows."""
        known = await self._calls.known_tags(self._call)
        told = await tags_of(self._gateway)
        lost = [number for number, name in told.items() if name.startswith(OURS)]
        log.warning("tags_full", extra={"facts": {"account": self._call.account}})
        for tag_id in set(lost) - known:
            await self._keep()
            await delete_tag(self._gateway, tag_id)

    async def _act_on(self, act: Act, openids: Sequence[str]) -> dict[str, str]:
        refused: dict[str, str] = {}
        for some in _parts(openids):
            refused |= await self._one_or_all(act, some)
        return refused

    async def _one_or_all(self, act: Act, openids: Sequence[str]) -> dict[str, str]:
        """One whom the platform refuses stops nobody else: whom it refused, and why."""
        await self._keep()
        try:
            await act(self._gateway, self.tag_id, openids)
        except DeliveryFailed as failed:
            if failed.errcode == NO_SUCH_TAG:
                # Another program of this account tags people now.
                raise NotPrepared(str(NO_SUCH_TAG)) from None
            if failed.kind != "permanent":
                raise
            if len(openids) == 1:
                return {openids[0]: failed.mark or str(failed.errcode)}
        else:
            return {}
        refused: dict[str, str] = {}
        for openid in openids:
            refused |= await self._one_or_all(act, [openid])
        return refused

    async def _give_back(self, tags: Mapping[int, int]) -> None:
        """An account has but a hundred. What cannot be deleted now goes with another call."""
        for row_id, tag_id in tags.items():
            await self._keep()
            if not await self._delete(row_id, tag_id):
                return

    async def _delete(self, row_id: int, tag_id: int) -> bool:
        try:
            await delete_tag(self._gateway, tag_id)
        except (DeliveryFailed, DeliveryUncertain) as error:
            if not (isinstance(error, DeliveryFailed) and error.errcode == NO_SUCH_TAG):
                log.warning("tag_not_deleted", extra={"facts": {"tag": tag_id}})
                return False
        await self._calls.forget_tag(row_id)
        return True

    async def _keep(self) -> None:
        self._go_on()
        now = asyncio.get_running_loop().time()
        if now >= self._keep_at:
            if not await self._calls.keep(self._call):
                raise NotConfirmed
            self._keep_at = now + KEEP_SECONDS


def _parts(openids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(openids), MOST_TAGGED):
        yield openids[start : start + MOST_TAGGED]
