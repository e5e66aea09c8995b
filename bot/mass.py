"""Mass sends (高级群发) as calls: one for many, the same again until the platform has answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.delivery_errors import STALE_TOKEN, DeliveryFailed, DeliveryUncertain
from bot.mass_calls import Call, Calls, NotConfirmed, NotPrepared, before_the_call
from bot.mass_tags import Tagging, sends_by_tag
from bot.metrics import count_send
from bot.pacing import Pacing, WayPaused, WayTooBusy
from bot.sending import Gateways, Pictures
from bot.wechat import WeChatGateway
from bot.wechat_mass import MassContent, mass_send, mass_send_all

API = "mass"
LANE = 2
AGAIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a call goes with, and by which tag, where it goes by one."""

    content: MassContent
    gateway: WeChatGateway
    tagging: Tagging | None = None


class MassSender:
    def __init__(self, calls: Calls, gateways: Gateways, pacing: Pacing) -> None:
        self._calls = calls
        self._gateways = gateways
        self._pacing = pacing
        self._pictures = Pictures(gateways)
        self._closing = False

    async def send_ready(self) -> int:
        """Make every call that has its people together; how many."""
        made = 0
        while not self._closing and (call := await self._calls.take()) is not None:
            made += 1
            if not await self._make(call):
                break
        return made

    def close(self) -> None:
        """Begin no further call; people are tagged another time."""
        self._closing = True

    def _go_on(self) -> None:
        if self._closing:
            raise NotPrepared("not_begun")

    async def _make(self, call: Call) -> bool:
        """False where the next call would fare no better now."""
        try:
            platform_id = await self._send(call)
        except NotConfirmed:
            return True
        except WayPaused as paused:
            await self._calls.refused(call, "paused", paused.until)
            return False
        except WayTooBusy:
            # Nothing was called, so nothing is unknown.
            await self._calls.refused(call, "too_busy", self._pacing.soon())
            return False
        except NotPrepared as not_yet:
            await self._calls.refused(call, str(not_yet), self._pacing.soon(AGAIN_SECONDS))
            return False
        except DeliveryFailed as failed:
            return await self._refused(call, failed)
        except DeliveryUncertain as uncertain:
            count_send(call.account, API, "unknown")
            await self._calls.unanswered(call, uncertain.reason)
            return False
        count_send(call.account, API, "sent")
        await self._calls.taken(call, platform_id)
        return True

    async def _refused(self, call: Call, failed: DeliveryFailed) -> bool:
        count_send(call.account, API, "failed")
        reason = failed.mark or str(failed.errcode or failed.errmsg)[:100]
        gateway = self._gateways.get(call.account)
        is_daily = gateway is not None and sends_by_tag(gateway)
        until = await self._pacing.note_refusal(call.account, API, failed, is_daily=is_daily)
        if until is None and failed.kind == "try_again":
            if failed.errcode is not None and failed.errcode not in STALE_TOKEN:
                await self._calls.unanswered(call, reason)
                return False
            # It did not get as far as the platform's desk for mass sends.
            until = self._pacing.soon(AGAIN_SECONDS)
        await self._calls.refused(call, reason, until)
        return until is None

    async def _send(self, call: Call) -> str | None:
        """First what takes its time, then the turn, then the last look, then the call."""
        self._pacing.refuse_paused(call.account, API)
        with before_the_call():
            ready = await self._prepared(call)
        await self._pacing.turn(call.account, API, LANE)
        with before_the_call():
            staying = await self._confirmed(call, ready)
        if ready.tagging is None:
            return await mass_send(ready.gateway, staying.openids, ready.content, key=call.key)
        return await mass_send_all(ready.gateway, ready.tagging.tag_id, ready.content, key=call.key)

    async def _prepared(self, call: Call) -> Prepared:
        gateway = self._gateways.get(call.account)
        if gateway is None:
            raise DeliveryFailed("permanent", None, "account is not configured")
        await gateway.ready()
        content = await self._content(gateway, call.content)
        if not sends_by_tag(gateway):
            return Prepared(content, gateway)
        tagging = Tagging(gateway, self._calls, call, self._go_on)
        await tagging.tag_everybody()
        return Prepared(content, gateway, tagging)

    async def _confirmed(self, call: Call, ready: Prepared) -> Call:
        """Whoever left meanwhile loses the tag; as long as that takes, somebody else may leave."""
        staying = await self._confirm(call)
        while ready.tagging is not None and await ready.tagging.untag_all_but(staying.openids):
            staying = await self._confirm(staying)
        self._go_on()
        return staying

    async def _confirm(self, call: Call) -> Call:
        staying: Call | None = await self._calls.confirm(call)
        if staying is None:
            raise NotConfirmed
        return staying

    async def _content(self, gateway: WeChatGateway, content: Mapping[str, Any]) -> MassContent:
        if content["kind"] == "text":
            return MassContent("text", str(content["value"]))
        return MassContent("image", await self._pictures.at(gateway, content))
