"""Ticket pictures on their way (工单图片): fetched from the platform once, sent to staff by name.

Pictures come from the platform's own interface alone, never from an address somebody sent (B41),
and go under names made here (B42).
"""

from collections.abc import Awaitable, Callable

from bot.delivery import ATTEMPTS, Courier, Message
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.wechat import WeChatGateway

# The platform's number of a picture that is still wanted.
Wanted = Callable[[int], Awaitable[str | None]]
# False where the content is nothing we keep.
Keep = Callable[[int, bytes], Awaitable[bool]]
Lose = Callable[[int], Awaitable[None]]
# The kind of a picture, and its content.
Content = Callable[[int], Awaitable[tuple[str, bytes] | None]]


def fetching_courier(wanted: Wanted, keep: Keep, lose: Lose, *, most_bytes: int) -> Courier:
    """What cannot be fetched is lost: the platform forgets it after three days."""

    async def carry(gateway: WeChatGateway, message: Message) -> None:
        picture_id = int(message.content["value"])
        media_id = await wanted(picture_id)
        if media_id is None:
            return
        try:
            content = await _media(gateway, media_id, most_bytes)
        except DeliveryFailed as failed:
            if failed.kind != "try_again" or message.attempt >= ATTEMPTS:
                await lose(picture_id)
            raise
        if not await keep(picture_id, content):
            raise DeliveryFailed("permanent", None, "not a picture we keep", mark="no_picture")

    return carry


def showing_courier(content_of: Content) -> Courier:
    async def carry(gateway: WeChatGateway, message: Message) -> None:
        found = await content_of(int(message.content["value"]))
        if found is None:
            raise DeliveryFailed("permanent", None, "erased meanwhile", mark="erased")
        kind, content = found
        await send_picture(gateway, message.openid, content, f"picture.{kind}")

    return carry


async def send_picture(gateway: WeChatGateway, openid: str, content: bytes, filename: str) -> None:
    try:
        media_id = await gateway.upload_image(content, filename)
    except DeliveryUncertain as uncertain:
        # A lost upload disturbs nobody: it may be made again.
        raise DeliveryFailed("try_again", None, uncertain.reason) from None
    await gateway.send_image(openid, media_id)


async def _media(gateway: WeChatGateway, media_id: str, most_bytes: int) -> bytes:
    try:
        return await gateway.get_media(media_id, most_bytes=most_bytes)
    except DeliveryUncertain as uncertain:
        # A question may be asked again.
        raise DeliveryFailed("try_again", None, uncertain.reason) from None
