"""Scene codes (带参二维码): drawn from the platform's code for a suggestion box or a campaign."""

import asyncio

from bot.delivery import Courier, Message
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.qr_image import qr_png
from bot.ticket_pictures import send_picture
from bot.wechat import QrTicket, WeChatGateway


def scene_courier() -> Courier:
    """The content names the scene, and by its kind the picture."""

    async def carry(gateway: WeChatGateway, message: Message) -> None:
        code = await scene_code(gateway, str(message.content["value"]))
        picture = await asyncio.to_thread(qr_png, code.url)
        await send_picture(gateway, message.openid, picture, f"{message.content['kind']}.png")

    return carry


async def scene_code(gateway: WeChatGateway, scene: str) -> QrTicket:
    """A code for a poster has no end. The same scene is the same code."""
    if gateway.account.kind != "service":
        # Only a verified service account makes codes with a scene (wechat-platform 4.9).
        raise DeliveryFailed("permanent", None, "no service account", mark="no_scene_codes")
    try:
        return await gateway.create_qr(scene)
    except DeliveryUncertain as uncertain:
        raise DeliveryFailed("try_again", None, uncertain.reason) from None
