"""Suggestion box codes (意见箱二维码): drawn from the platform's code with the store's scene."""

import asyncio

from bot.delivery import Courier, Message
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.qr_image import qr_png
from bot.ticket_pictures import send_picture
from bot.wechat import QrTicket, WeChatGateway


def box_courier() -> Courier:
    """The content names the scene."""

    async def carry(gateway: WeChatGateway, message: Message) -> None:
        code = await box_code(gateway, str(message.content["value"]))
        picture = await asyncio.to_thread(qr_png, code.url)
        await send_picture(gateway, message.openid, picture, "box.png")

    return carry


async def box_code(gateway: WeChatGateway, scene: str) -> QrTicket:
    """A code for a poster has no end. The same scene is the same code."""
    if gateway.account.kind != "service":
        # Only a verified service account makes codes with a scene (wechat-platform 4.9).
        raise DeliveryFailed("permanent", None, "no service account", mark="no_scene_codes")
    try:
        return await gateway.create_qr(scene)
    except DeliveryUncertain as uncertain:
        raise DeliveryFailed("try_again", None, uncertain.reason) from None
