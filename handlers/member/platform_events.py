"""平台通知: WeChat tells that somebody's profile changed, was withdrawn, or is no more."""

from bot.chat import Chat
from bot.pushes import AuthorizationCancelled, AuthorizationRevoked, UserInfoModified
from bot.routing import Router
from services.messages.platform_news import close_identity, look_again, withdraw_platform_data

router = Router()


@router.push(UserInfoModified)
async def profile_changed(chat: Chat) -> None:
    assert isinstance(chat.body, UserInfoModified)
    openid = chat.body.profile.openid
    await look_again(chat.shop, chat.push.account, openid, key=chat.key)


@router.push(AuthorizationRevoked)
async def rights_withdrawn(chat: Chat) -> None:
    assert isinstance(chat.body, AuthorizationRevoked)
    profile = chat.body.profile
    await withdraw_platform_data(chat.shop, chat.push.account, profile.openid, profile.revoked)


@router.push(AuthorizationCancelled)
async def account_is_no_more(chat: Chat) -> None:
    assert isinstance(chat.body, AuthorizationCancelled)
    openid = chat.body.profile.openid
    await close_identity(chat.shop, chat.push.account, openid, key=chat.key)
