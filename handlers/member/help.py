"""帮助、取消 and what is said when nothing was understood; more words by topic: 帮助 服务."""

from bot.chat import Chat
from bot.routing import Router
from services.messages.replies import take_reply

HELP, STAFF = "帮助", "员工"

router = Router()


@router.command(HELP, "菜单", "?", "help")
async def show_help(chat: Chat) -> None:
    await chat.say("help/words", lines=_lines(chat))


@router.command("取消", "退出", help="words/cancel")
async def cancel(chat: Chat) -> None:
    await chat.say("help/cancelled" if chat.interrupted else "help/nothing_to_cancel")


@router.fallback
async def not_understood(chat: Chat) -> None:
    """What is written soon after something we sent is an answer to it."""
    reply = await take_reply(chat.shop, chat.person, chat.words, key=chat.key)
    if reply is None:
        return await chat.say("help/unknown", lines=_lines(chat))
    if reply.ticket_id is None:
        return await chat.say("results/thanks")
    await chat.say("results/ticket_opened", ticket=reply.ticket_id)


def read_topic(chat: Chat) -> str | None:
    """`帮助 服务`: a topic that has words, and for staff their own."""
    word, _, topic = chat.text.partition(" ")
    if word != HELP or not topic:
        return None
    return topic if topic in _topics(chat) else None


@router.understand(read_topic, is_certain=True)
async def show_topic(chat: Chat, topic: str) -> None:
    if topic == STAFF:
        forms = "\n".join(chat.phrase(name) for name in chat.staff_help)
        return await chat.say("help/staff", forms=forms)
    await chat.say("help/words", lines=_lines_of(chat, topic))


def _topics(chat: Chat) -> list[str]:
    named = sorted(topic for topic, lines in chat.help.items() if topic and lines)
    return [*named, *([STAFF] if chat.staff_help else [])]


def _lines(chat: Chat) -> str:
    """Everyday words, and which topics there are besides."""
    lines = [_lines_of(chat, "")]
    if topics := _topics(chat):
        words = " ".join(chat.phrase("help/topic", topic=topic) for topic in topics)
        lines.append(chat.phrase("help/more", topics=words))
    return "\n".join(lines)


def _lines_of(chat: Chat, topic: str) -> str:
    return "\n".join(
        chat.phrase("help/line", word=word, what=chat.phrase(what))
        for word, what in chat.help.get(topic, ())
    )
