"""Sending (发送): one message by its channel; which kinds of content each channel takes."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.qr_image import qr_png
from bot.replies import fit_text
from bot.wechat import WeChatGateway
from bot.wechat_sends import (
    send_article,
    send_menu,
    send_mini_card,
    send_mini_subscription,
    send_once,
    send_subscription,
    send_template,
)
from loyalty.messages import Channel
from loyalty.notice_forms import Offer, ServiceNotice

KEY_LENGTH = 32
LARGEST_PICTURE = 10 * 1024 * 1024


class Message(Protocol):
    """What sending sees of an outbox row."""

    @property
    def id(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def openid(self) -> str: ...
    @property
    def content(self) -> dict[str, Any]: ...
    @property
    def attempt(self) -> int: ...
    @property
    def lane(self) -> int: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def member_id(self) -> int | None: ...


# Carries one kind of content in a way of its own; raises DeliveryFailed or DeliveryUncertain.
Courier = Callable[[WeChatGateway, Any], Awaitable[None]]
Gateways = Mapping[str, WeChatGateway]


def key_at_platform(message: Message) -> str:
    """The same for every try of one message, and for no other."""
    return hashlib.sha256(f"{message.id}:{message.key}".encode()).hexdigest()[:KEY_LENGTH]


class Sender:
    """Sends by the gateways; other kinds of content than its own go by `couriers`."""

    def __init__(self, gateways: Gateways, couriers: Mapping[str, Courier] | None = None) -> None:
        self._gateways = gateways
        self._couriers = couriers or {}
        self._pictures = Pictures(gateways)

    def api_of(self, message: Message) -> str:
        """What is counted and paused together. Couriers call APIs of their own."""
        kind = str(message.content["kind"])
        return kind if kind in self._couriers else str(message.channel)

    async def send(self, message: Message) -> str | None:
        """The platform's id, where it tells one. Raises DeliveryFailed and DeliveryUncertain."""
        gateway = self._gateways.get(message.account)
        if gateway is None:
            raise DeliveryFailed("permanent", None, "account is not configured")
        kind = message.content["kind"]
        if (courier := self._couriers.get(kind)) is not None:
            await courier(gateway, message)
            return None
        if kind == "form":
            return await _send_form(gateway, message)
        await self._say(gateway, message.openid, message.content)
        return None

    async def _say(self, gateway: WeChatGateway, openid: str, content: Mapping[str, Any]) -> None:
        """A customer-service message."""
        match content["kind"]:
            case "text":
                await gateway.send_text(openid, fit_text(str(content["value"])))
            case "qr":
                media_id = await self._pictures.qr(gateway, str(content["value"]))
                await gateway.send_image(openid, media_id)
            case "image":
                await gateway.send_image(openid, await self._pictures.at(gateway, content))
            case "article":
                await send_article(gateway, openid, content)
            case "menu":
                await send_menu(gateway, openid, content["menu"])
            case "mini_card":
                await send_mini_card(gateway, openid, await self._mini_card(gateway, content))
            case kind:
                raise DeliveryFailed("permanent", None, f"no way to say {kind}")

    async def _mini_card(
        self, gateway: WeChatGateway, content: Mapping[str, Any]
    ) -> dict[str, str]:
        mini = next((one for one in self._gateways.values() if one.account.is_mini), None)
        if mini is None:
            raise DeliveryFailed("permanent", None, "there is no mini-program")
        return {
            "title": content["title"],
            "appid": mini.account.appid,
            "pagepath": content["path"],
            "thumb_media_id": await self._pictures.shared_qr(gateway, content["path"]),
        }


async def _send_form(gateway: WeChatGateway, message: Message) -> str | None:
    notice: ServiceNotice | Offer = message.content["notice"]
    match message.channel:
        case Channel.TEMPLATE:
            # The gate never lets an offer come here; the type says so once more.
            if not isinstance(notice, ServiceNotice):
                raise DeliveryFailed("permanent", None, "an offer is no notice")
            key = key_at_platform(message)
            return await send_template(gateway, message.openid, notice, key=key)
        case Channel.SUBSCRIPTION:
            return await send_subscription(gateway, message.openid, notice)
        case Channel.MINI:
            return await send_mini_subscription(gateway, message.openid, notice)
        case Channel.ONE_TIME:
            await send_once(gateway, message.openid, notice)
            return None
    raise DeliveryFailed("permanent", None, f"{message.channel} takes no forms")


class Pictures:
    """Pictures as each account has to hold them; what many get alike is uploaded once."""

    def __init__(self, gateways: Gateways) -> None:
        self._gateways = gateways
        self._shared: dict[tuple[str, str], asyncio.Task[str]] = {}

    async def qr(self, gateway: WeChatGateway, value: str) -> str:
        return await _upload(gateway, await asyncio.to_thread(qr_png, value), "code.png")

    async def shared_qr(self, gateway: WeChatGateway, value: str) -> str:
        return await self._once(gateway, f"qr:{value}", self.qr(gateway, value))

    async def at(self, gateway: WeChatGateway, content: Mapping[str, Any]) -> str:
        """A picture that came into the chat of one account, for this one (media ids are its)."""
        media_id, account = str(content["media_id"]), content["account"]
        if account == gateway.account.name:
            return media_id
        source = self._gateways.get(account)
        if source is None:
            raise DeliveryFailed("permanent", None, "the picture's account is not configured")
        return await self._once(gateway, media_id, _carry_over(source, gateway, media_id))

    async def _once(self, gateway: WeChatGateway, name: str, upload: Awaitable[str]) -> str:
        place = gateway.account.name, name
        task = self._shared.get(place)
        if task is None:
            task = self._shared[place] = asyncio.ensure_future(upload)
        elif asyncio.iscoroutine(upload):
            upload.close()
        try:
            return await asyncio.shield(task)
        except (DeliveryFailed, DeliveryUncertain):
            self._shared.pop(place, None)
            raise


async def _carry_over(source: WeChatGateway, gateway: WeChatGateway, media_id: str) -> str:
    content = await source.get_media(media_id, most_bytes=LARGEST_PICTURE)
    return await _upload(gateway, content, "picture.jpg")


async def _upload(gateway: WeChatGateway, content: bytes, filename: str) -> str:
    try:
        return await gateway.upload_image(content, filename)
    except DeliveryUncertain as uncertain:
        # A lost upload disturbs nobody: it may be made again.
        raise DeliveryFailed("try_again", None, uncertain.reason) from None
    except DeliveryFailed as failed:
        # The quota of uploads is not that of messages: only this one fails by it.
        raise DeliveryFailed(failed.kind, None, f"upload: {failed.errmsg}") from None
