"""关注问候: what a person hears on following, and the silence on leaving."""

from bot.chat import Chat
from bot.pushes import EnterChat, Unfollow
from bot.routing import Router
from services.people.callers import unfollow

router = Router()


@router.push(Unfollow)
async def left(chat: Chat) -> None:
    """Whoever has left is not asked on; nothing is said, because nobody reads it."""
    chat.close()
    await unfollow(chat.shop, chat.person, pushed_at=chat.push.created_at)


@router.push(EnterChat)
async def entered(chat: Chat) -> None:
    """Opening the chat of a mini-program."""
    await greet(chat)


async def greet(chat: Chat) -> None:
    name = "help/greeting_member" if chat.person.is_member else "help/greeting"
    await chat.say(name, brand=chat.shop.rules.brand_name)
