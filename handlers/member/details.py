"""资料: a member's own data, asked one at a time, shown masked, changed line by line."""

import re

from bot.chat import Chat
from bot.dialogue import SKIP, Answer, Answers, AskAgain, Dialogue, NotMeant, Progress
from bot.routing import Router
from handlers.membership import members_only
from services.details import (
    DETAILS,
    BadDetail,
    Details,
    change_detail,
    check_shape,
    show_details,
)

router = Router()
# A number as any keyboard types it; the one in "2.5" names no line.
LINE = re.compile(
    r"\s*([1-9\uff11-\uff19])(?:、|[.\uff0e]?\s+|[.\uff0e](?![0-9]))(\S.*?)\s*", re.DOTALL
)
lines = router.dialogue(Dialogue("details"))


@router.command("资料", "我的资料", help="words/details")
@members_only
async def show(chat: Chat, member_id: int) -> None:
    details = await show_details(chat.shop, member_id)
    empty = chat.phrase("details/empty")
    shown = {name: details.masked[name] or empty for name in DETAILS}
    await chat.say("details/show", member_no=chat.person.member_no, **shown)
    chat.expect(lines)


@lines.ask("line", prompt="details/bad_line")
def read_line(text: str) -> Answer:
    if LINE.fullmatch(text) is None:
        raise NotMeant
    return text


@lines.done
async def change_line(chat: Chat, answers: Answers) -> None:
    """`2 小王` right after 资料; one line after the other, until something else is said."""
    found = LINE.fullmatch(str(answers["line"]))
    assert found is not None, "the reader took it"
    chat.expect(lines)
    number = int(found[1])
    if number > len(DETAILS):
        return await chat.say("details/bad_line")
    await _change(chat, DETAILS[number - 1], found[2])


def _one_question(name: str) -> Dialogue:
    """A dialogue of one question: each piece of data is asked for by itself."""
    dialogue = router.dialogue(Dialogue(f"detail_{name}"))

    @dialogue.ask(name, prompt=f"details/ask_{name}", offers=(SKIP,), may_skip=True)
    def read(text: str) -> Answer:
        try:
            check_shape(name, text)
        except BadDetail as bad:
            raise AskAgain(bad.wording) from bad
        return text

    @dialogue.done
    async def done(chat: Chat, answers: Answers) -> None:
        value = answers[name]
        if value is not None:
            return await _change(chat, name, str(value), asked_by=dialogue)
        details = await show_details(chat.shop, _member_id(chat))
        await chat.say("details/skipped", more=_more(chat, details, asked=name))

    return dialogue


phone, called, birthday = (_one_question(name) for name in DETAILS)


@router.command("填手机号")
@members_only
async def ask_phone(chat: Chat, member_id: int) -> None:
    await chat.open(phone)


@router.command("填称呼")
@members_only
async def ask_name(chat: Chat, member_id: int) -> None:
    await chat.open(called)


@router.command("填生日")
@members_only
async def ask_birthday(chat: Chat, member_id: int) -> None:
    await chat.open(birthday)


async def _change(chat: Chat, name: str, text: str, *, asked_by: Dialogue | None = None) -> None:
    try:
        details = await change_detail(chat.shop, _member_id(chat), name, text)
    except BadDetail as bad:
        if asked_by is not None and bad.wording == f"details/bad_{name}":
            # Only today tells that a birthday is still to come: the question stays open.
            chat.progress = Progress(asked_by.name)
        return await chat.say(bad.wording)
    line = chat.phrase(f"details/line_{name}", value=details.masked[name])
    await chat.say("details/saved", line=line, more=_more(chat, details, asked=name))


def _more(chat: Chat, details: Details, *, asked: str) -> str:
    words = [chat.phrase(f"details/word_{name}") for name in details.missing if name != asked]
    if not words:
        return chat.phrase("details/nothing_more")
    return chat.phrase("details/more", words=" · ".join(words))


def _member_id(chat: Chat) -> int:
    assert chat.person.member_id is not None, "only members have details"
    return chat.person.member_id
