"""Members only (仅限会员): a follower who asks for what members have is shown the way in."""

import functools
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec

from bot.chat import Chat

Arguments = ParamSpec("Arguments")


def members_only(
    handler: Callable[Concatenate[Chat, int, Arguments], Awaitable[None]],
) -> Callable[Concatenate[Chat, Arguments], Awaitable[None]]:
    """Give the handler the member's id; anybody else hears how to join."""

    @functools.wraps(handler)
    async def guarded(chat: Chat, /, *args: Arguments.args, **named: Arguments.kwargs) -> None:
        if chat.person.member_id is None:
            return await chat.say("help/not_a_member")
        return await handler(chat, chat.person.member_id, *args, **named)

    return guarded
