"""Who follows (查身份): the platform is asked for the unionid of somebody who has just followed."""

from collections.abc import Awaitable, Callable

from bot.delivery import Courier, Message
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.wechat import PlatformUser, WeChatGateway

Record = Callable[[str, str, str], Awaitable[None]]


def who_courier(record: Record) -> Courier:
    """`record` keeps account, openid and unionid. Whose account is bound to nothing has none."""

    async def carry(gateway: WeChatGateway, message: Message) -> None:
        if gateway.account.is_mini:
            raise DeliveryFailed("permanent", None, "no users of a mini-program", mark="mini")
        user = await _user(gateway, message.openid)
        if user.unionid is not None:
            await record(message.account, message.openid, user.unionid)

    return carry


async def _user(gateway: WeChatGateway, openid: str) -> PlatformUser:
    try:
        return await gateway.get_user(openid)
    except DeliveryUncertain as uncertain:
        # A question may be asked again.
        raise DeliveryFailed("try_again", None, uncertain.reason) from None
