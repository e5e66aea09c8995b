"""Members only (仅限会员): a follower who asks for what members have is shown the way in."""

import functools
from collections.abc import Awaitable, Callable

from bot.chat import Chat


def members_only(
    handler: Callable[[Chat, int], Awaitable[None]],
) -> Callable[[Chat], Awaitable[None]]:
    """Give the handler the member's id; anybody else hears how to join."""

    @functools.wraps(handler)
    async def guarded(chat: Chat) -> None:
        if chat.person.member_id is None:
            return await chat.say("help/not_a_member")
        return await handler(chat, chat.person.member_id)

    return guarded
