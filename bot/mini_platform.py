"""The mini door's way to WeChat (小程序登录): codes go there, and what they tell comes back."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from re import compile as pattern
from typing import TypeVar

from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.wechat import WeChatGateway
from handlers.mini.codes import CodeRefused, MiniPlatform, PlatformBusy

log = logging.getLogger(__name__)

WHOLE_NUMBER = pattern(r"\+[1-9][0-9]{6,14}")

Answer = TypeVar("Answer")


def mini_platform(gateways: Mapping[str, WeChatGateway]) -> MiniPlatform:
    """Only mini-programs of ours; another account's name is refused like a wrong code."""
    minis = {name: gateway for name, gateway in gateways.items() if gateway.account.is_mini}

    async def user_of(account: str, code: str) -> tuple[str, str | None]:
        user = await _asked(lambda: _named(minis, account).exchange_mini_code(code))
        return user.openid, user.unionid

    async def phone_of(account: str, code: str) -> str:
        phone = await _asked(lambda: _named(minis, account).exchange_phone_code(code))
        if not WHOLE_NUMBER.fullmatch(phone):
            raise CodeRefused
        return phone

    return MiniPlatform(user_of, phone_of)


def _named(minis: Mapping[str, WeChatGateway], account: str) -> WeChatGateway:
    if account not in minis:
        raise CodeRefused
    return minis[account]


async def _asked(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    try:
        return await ask()
    except DeliveryFailed as failed:
        if failed.kind == "permanent":
            raise CodeRefused from None
        # A wrong secret or an address that is not allowed looks like a platform that is away.
        log.warning("mini_code_not_asked", extra={"facts": {"errcode": failed.errcode}})
        raise PlatformBusy from None
    except DeliveryUncertain:
        raise PlatformBusy from None
