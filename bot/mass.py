"""Mass sends (高级群发) as calls: one for many, the same again until the platform has answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.mass_tags import Call, TagCalls, tag_everybody, untag_those_who_left
from bot.metrics import count_send
from bot.pacing import Pacing, WayPaused, WayTooBusy
from bot.sending import Gateways, Pictures
from bot.wechat import WeChatGateway
from bot.wechat_mass import MassContent, mass_send, mass_send_all

API = "mass"
LANE = 2


class Calls(TagCalls, Protocol):
    """The stored calls, bound to this worker by the composition root."""

    async def take(self) -> Any: ...
    async def confirm(self, call: Any) -> Any: ...
    async def taken(self, call: Any, platform_id: str | None) -> None: ...
    async def refused(self, call: Any, reason: str, wait_until: datetime | None) -> None: ...
    async def unanswered(self, call: Any, reason: str) -> None: ...


class NotConfirmed(Exception):
    """The call is not to be made now, or another worker has it; what follows is written down."""


class MassSender:
    def __init__(self, calls: Calls, gateways: Gateways, pacing: Pacing) -> None:
        self._calls = calls
        self._gateways = gateways
        self._pacing = pacing
        self._pictures = Pictures(gateways)

    async def send_ready(self) -> int:
        """Make every call that has its people together; how many."""
        made = 0
        while (call := await self._calls.take()) is not None:
            made += 1
            if not await self._make(call):
                break
        return made

    async def _make(self, call: Call) -> bool:
        """False where the next call would fare no better now."""
        try:
            await self._pacing.turn(call.account, API, LANE)
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
        until = await self._pacing.note_refusal(call.account, API, failed)
        if until is None and failed.kind == "try_again":
            await self._calls.unanswered(call, reason)
            return False
        await self._calls.refused(call, reason, until)
        return until is None

    async def _send(self, call: Call) -> str | None:
        gateway = self._gateways.get(call.account)
        if gateway is None:
            raise DeliveryFailed("permanent", None, "account is not configured")
        content = await self._content(gateway, call.content)
        if gateway.account.kind == "service":
            ready = await self._confirmed(call)
            return await mass_send(gateway, ready.openids, content, key=call.key)
        # Subscription accounts send to tags only.
        tag_id = await tag_everybody(gateway, self._calls, call)
        if tag_id is None:
            raise NotConfirmed
        ready = await self._confirmed(call)
        await untag_those_who_left(gateway, tag_id, call, ready)
        return await mass_send_all(gateway, tag_id, content, key=call.key)

    async def _confirmed(self, call: Call) -> Call:
        ready: Call | None = await self._calls.confirm(call)
        if ready is None:
            raise NotConfirmed
        return ready

    async def _content(self, gateway: WeChatGateway, content: Mapping[str, Any]) -> MassContent:
        if content["kind"] == "text":
            return MassContent("text", str(content["value"]))
        return MassContent("image", await self._pictures.at(gateway, content))
