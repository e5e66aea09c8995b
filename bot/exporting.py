"""Handing out lists (导出送达): makes what was approved and sends its link to whoever asked."""

from collections.abc import Awaitable, Callable

from bot.delivery import Courier, Message
from bot.delivery_errors import DeliveryFailed
from bot.wechat import WeChatGateway
from loyalty.refusals import Refusal


def export_courier(text_of: Callable[[int], Awaitable[str]]) -> Courier:
    """`text_of` makes the list by its number and says where it is."""

    async def carry(gateway: WeChatGateway, message: Message) -> None:
        try:
            text = await text_of(int(message.content["value"]))
        except Refusal as refusal:
            raise DeliveryFailed("permanent", None, refusal.wording) from refusal
        await gateway.send_text(message.openid, text)

    return carry
