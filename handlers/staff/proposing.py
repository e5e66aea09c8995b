"""确认摘要: how a word that changes something is answered: a summary, and the code that does it."""

from bot.chat import Chat
from services.counter.actions import propose_action, who_confirms


async def propose(chat: Chat, kind: str, arguments: tuple[str, ...]) -> None:
    asked = await propose_action(chat.shop, chat.person, kind, arguments, key=chat.key)
    if asked.by_another:
        minutes = int(asked.life.total_seconds()) // 60
        who = who_confirms(chat.shop, kind)
        return await chat.say(
            "staff/ask_another", summary=asked.summary, code=asked.code, minutes=minutes, who=who
        )
    seconds = int(asked.life.total_seconds())
    await chat.say("staff/ask", summary=asked.summary, code=asked.code, seconds=seconds)
