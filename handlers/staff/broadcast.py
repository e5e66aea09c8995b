"""群发: whom to write to, what, a rehearsal, a try on oneself; it leaves when somebody else agrees.

A number behind it steers one that is there: 测试 确认 暂停 继续 取消 进度.
"""

from collections.abc import Awaitable, Callable, Mapping

from bot.chat import Chat
from bot.dialogue import Answers, AskAgain, Dialogue
from bot.pushes import command_text
from bot.routing import Router
from loyalty.refusals import Refusal
from services.broadcasts.desk import (
    PLACES_SHOWN,
    Shown,
    ask_for_start,
    draft_and_rehearse,
    saved_names,
    shown_now,
)
from services.broadcasts.drafts import (
    aim_at,
    list_broadcasts,
    picture_typed,
    try_on_oneself,
    typed_content,
)
from services.broadcasts.steering import cancel_broadcast, pause_broadcast, resume_broadcast
from services.broadcasts.words import list_text
from services.counter.actions import propose_action
from services.org.second_persons import has_second_person
from services.org.staff import Right

router = Router()
audience = router.dialogue(Dialogue("broadcast_audience"))
content = router.dialogue(Dialogue("broadcast_content"))
KIND = "broadcast"
Step = Callable[[Chat, int], Awaitable[None]]


@router.staff(
    "群发",
    Right.BROADCAST,
    takes=(0, 2),
    takes_text=True,
    usage="broadcast/usage",
    help="broadcast/help_broadcast",
)
async def broadcast(chat: Chat, arguments: tuple[str, ...]) -> None:
    match arguments:
        case ():
            await _ask_audience(chat)
        case ("列表",):
            await _list(chat)
        case (number,) if _is_number(number):
            await _progress(chat, int(command_text(number)))
        case (word, number) if word in STEPS and _is_number(number):
            await STEPS[word](chat, int(command_text(number)))
        case (word, *_) if word in STEPS or word == "帮助":
            await chat.say("broadcast/usage")
        case _:
            await _aim(chat, " ".join(arguments))


@audience.ask("audience", prompt="broadcast/ask_audience", offers=("全部",))
def read_audience(text: str) -> str:
    return text


@audience.done
async def audience_typed(chat: Chat, answers: Answers) -> None:
    try:
        await _aim(chat, str(answers["audience"]))
    except Refusal as refusal:
        # The question stays open: most faults are a slip of the keys.
        chat.expect(audience)
        fault = chat.phrase(refusal.wording, **refusal.facts)
        await chat.say("broadcast/audience_unread", fault=fault)


@content.ask("content", prompt="broadcast/ask_content", picture=picture_typed, free_text="all")
def read_typed(text: str) -> str:
    try:
        return typed_content(text)
    except Refusal as refusal:
        raise AskAgain(refusal.wording, **refusal.facts) from None


@content.done
async def content_typed(chat: Chat, answers: Answers) -> None:
    aim = await aim_at(chat.shop, chat.person, str(answers["audience"]))
    said = str(answers["content"])
    shown = await draft_and_rehearse(chat.shop, chat.person, aim, said, key=chat.key)
    await _show(chat, shown)


async def _ask_audience(chat: Chat) -> None:
    names = await saved_names(chat.shop)
    lines = ["\n" + chat.phrase("broadcast/saved_line", name=name) for name in names]
    await chat.open(audience, saved="".join(lines))


async def _aim(chat: Chat, text: str) -> None:
    aim = await aim_at(chat.shop, chat.person, text)
    facts = {"audience": aim.audience.name, "people": aim.people, "places": PLACES_SHOWN}
    await chat.open(content, {"audience": aim.audience.name}, **facts)


async def _list(chat: Chat) -> None:
    found = await list_broadcasts(chat.shop, chat.person)
    if not found:
        return await chat.say("broadcast/list_none")
    await chat.say("broadcast/list", lines="\n".join(list_text(chat.shop, one) for one in found))


async def _show(chat: Chat, shown: Shown) -> None:
    await chat.say(shown.wording, **shown.facts)


async def _test(chat: Chat, number: int) -> None:
    await try_on_oneself(chat.shop, chat.person, number, key=chat.key)
    await chat.say("broadcast/tested", number=number)


async def _confirm(chat: Chat, number: int) -> None:
    """A rehearsal that is too old is shown anew first."""
    shown = await ask_for_start(chat.shop, chat.person, number)
    if shown is not None:
        return await _show(chat, shown)
    asked = await propose_action(chat.shop, chat.person, KIND, (str(number),), key=chat.key)
    facts = {"summary": asked.summary, "code": asked.code}
    if asked.by_another:
        minutes = int(asked.life.total_seconds()) // 60
        others = await _others(chat)
        return await chat.say("broadcast/ask_another", minutes=minutes, others=others, **facts)
    await chat.say("staff/ask", seconds=int(asked.life.total_seconds()), **facts)


async def _others(chat: Chat) -> str:
    """Nothing where somebody else can say yes; else what to do about it."""
    if await has_second_person(chat.shop, chat.person, Right.BROADCAST):
        return ""
    return "\n" + chat.phrase("broadcast/nobody_to_confirm")


async def _pause(chat: Chat, number: int) -> None:
    await pause_broadcast(chat.shop, chat.person, number, key=chat.key)
    await chat.say("broadcast/paused", number=number)


async def _resume(chat: Chat, number: int) -> None:
    await resume_broadcast(chat.shop, chat.person, number, key=chat.key)
    await chat.say("broadcast/resumed", number=number)


async def _cancel(chat: Chat, number: int) -> None:
    await cancel_broadcast(chat.shop, chat.person, number, key=chat.key)
    await chat.say("broadcast/cancelled", number=number)


async def _progress(chat: Chat, number: int) -> None:
    await _show(chat, await shown_now(chat.shop, chat.person, number))


STEPS: Mapping[str, Step] = {
    "测试": _test,
    "确认": _confirm,
    "发送": _confirm,
    "暂停": _pause,
    "继续": _resume,
    "取消": _cancel,
    "进度": _progress,
    "预演": _progress,
}


def _is_number(text: str) -> bool:
    digits = command_text(text)
    return digits.isascii() and digits.isdecimal() and len(digits) <= 15
