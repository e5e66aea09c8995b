"""帮助、取消 and what is said when nothing was understood."""

from bot.chat import Chat
from bot.routing import Router

router = Router()


@router.command("帮助", "菜单", "?", "help", help="words/help")
async def show_help(chat: Chat) -> None:
    await chat.say("help/words", lines=_lines(chat))


@router.command("取消", "退出", help="words/cancel")
async def cancel(chat: Chat) -> None:
    await chat.say("help/cancelled" if chat.interrupted else "help/nothing_to_cancel")


@router.fallback
async def not_understood(chat: Chat) -> None:
    await chat.say("help/unknown", lines=_lines(chat))


def _lines(chat: Chat) -> str:
    lines = [
        chat.phrase("help/line", word=word, what=chat.phrase(what)) for word, what in chat.help
    ]
    if chat.staff_help:
        forms = " · ".join(chat.phrase(name) for name in chat.staff_help)
        lines.append(chat.phrase("help/staff", forms=forms))
    return "\n".join(lines)
