"""退订: a member stops marketing messages, as easily as they were agreed to."""

from bot.chat import Chat
from bot.routing import Router
from services.consents import withdraw_marketing

router = Router()


@router.command("退订", "td", "取消订阅", help="words/stop")
async def stop_marketing(chat: Chat) -> None:
    await withdraw_marketing(
        chat.shop, chat.person, shown_text=chat.phrase("stop/done"), key=chat.key
    )
    await chat.say("stop/done")
