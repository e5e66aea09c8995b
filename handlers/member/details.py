"""资料: a member's own data, shown masked, changed line by line or asked for one at a time."""

import re

from bot.chat import Chat
from bot.dialogue import SKIP, Answer, Answers, AskAgain, Dialogue, NotMeant, Progress
from bot.routing import Router
from handlers.member.arguments import has_words, number_behind
from handlers.member.phone import code_in, take_code, take_phone
from handlers.membership import members_only
from loyalty.people import Birthday
from services.details.keeping import (
    DETAILS,
    BadDetail,
    Details,
    change_detail,
    check_shape,
    empty_detail,
    show_details,
)
from services.people.member_tags import member_tags

router = Router()
# A number as any keyboard types it; the one in "2.5" names no line.
LINE = re.compile(
    r"\s*([1-9\uff11-\uff19])(?:、|[.\uff0e]?\s+|[.\uff0e](?![0-9]))(\S.*?)\s*", re.DOTALL
)
EMPTY_IT = "删"
lines = router.dialogue(Dialogue("details"))


@router.command("资料", "我的资料", help="words/details")
@members_only
async def show(chat: Chat, member_id: int) -> None:
    details = await show_details(chat.shop, member_id)
    empty = chat.phrase("details/empty")
    shown = {name: details.masked[name] or empty for name in DETAILS}
    tags = await _tags(chat, member_id)
    await chat.say("details/show", member_no=chat.person.member_no, tags=tags, **shown)
    chat.expect(lines)


async def _tags(chat: Chat, member_id: int) -> str:
    """How the shop has labelled the member, and why; nothing where it has not."""
    found = await member_tags(member_id)
    lines = [chat.phrase("audiences/tag_line", tag=tag.name, reason=tag.reason) for tag in found]
    return chat.phrase("audiences/own_tags", tags="\n".join(lines)) + "\n" if lines else ""


@router.understand(number_behind("资料", "我的资料"), is_certain=True, takes_text=has_words)
@members_only
async def change_at_once(chat: Chat, member_id: int, asked: tuple[int, str]) -> None:
    """`资料 2 小王`; without a value it is asked for."""
    number, value = asked
    if not 1 <= number <= len(DETAILS):
        return await chat.say("details/line_unknown", last=len(DETAILS))
    await _change_line(chat, member_id, DETAILS[number - 1], value)


@lines.ask("line", prompt="details/show")
def read_line(text: str) -> Answer:
    if LINE.fullmatch(text) is None and code_in(text) is None:
        raise NotMeant
    return text


@lines.done
@members_only
async def change_line(chat: Chat, member_id: int, answers: Answers) -> None:
    """`2 小王` right after 资料; one line after the other, until something else is said."""
    chat.expect(lines)
    if (code := code_in(str(answers["line"]))) is not None:
        return await take_code(chat, code)
    found = LINE.fullmatch(str(answers["line"]))
    assert found is not None, "the reader took it"
    await _change_line(chat, member_id, DETAILS[int(found[1]) - 1], found[2])


async def _change_line(chat: Chat, member_id: int, name: str, value: str) -> None:
    if not value:
        return await ask_for(chat, name)
    if value == EMPTY_IT:
        return await _empty(chat, member_id, name)
    await _change(chat, member_id, name, value)


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
    @members_only
    async def done(chat: Chat, member_id: int, answers: Answers) -> None:
        value = answers[name]
        if value is not None:
            return await _change(chat, member_id, name, str(value), asked_by=dialogue)
        details = await show_details(chat.shop, member_id)
        await chat.say("details/skipped", more=_more(chat, details, asked=name))

    return dialogue


QUESTIONS = {name: _one_question(name) for name in DETAILS}


async def ask_for(chat: Chat, name: str) -> None:
    await chat.open(QUESTIONS[name])


@router.command("填手机号")
@members_only
async def ask_phone(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "phone")


@router.command("填称呼")
@members_only
async def ask_name(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "name")


@router.command("填生日")
@members_only
async def ask_birthday(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "birthday")


@router.command("填性别")
@members_only
async def ask_gender(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "gender")


@router.command("填邮箱")
@members_only
async def ask_email(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "email")


@router.command("填地址")
@members_only
async def ask_address(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "address")


@router.command("填公司地址")
@members_only
async def ask_work_address(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "work_address")


@router.command("填区县")
@members_only
async def ask_district(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "district")


@router.command("填小区类型", "填小区")
@members_only
async def ask_housing(chat: Chat, member_id: int) -> None:
    await ask_for(chat, "housing")


async def _change(
    chat: Chat, member_id: int, name: str, text: str, *, asked_by: Dialogue | None = None
) -> None:
    try:
        if name == "phone":
            details = await show_details(chat.shop, member_id)
            return await take_phone(chat, text, more=_more(chat, details, asked=name))
        details = await change_detail(chat.shop, member_id, name, text, key=chat.key)
    except BadDetail as bad:
        if asked_by is not None and bad.wording == f"details/bad_{name}":
            # Only today tells that a birthday is still to come: the question stays open.
            chat.progress = Progress(asked_by.name)
        return await chat.say(bad.wording)
    value = details.masked[name] or chat.phrase("details/empty")
    line = chat.phrase(f"details/line_{name}", value=value)
    more = _more(chat, details, asked=name)
    if name == "birthday" and Birthday.parse(text).is_leap_day:
        more = chat.phrase("details/leap_day") + "\n" + more
    await chat.say("details/saved", line=line, more=more)


async def _empty(chat: Chat, member_id: int, name: str) -> None:
    await empty_detail(chat.shop, member_id, name, key=chat.key)
    what = chat.phrase(f"details/name_{name}")
    await chat.say("details/emptied", what=what)


def _more(chat: Chat, details: Details, *, asked: str) -> str:
    words = [chat.phrase(f"details/word_{name}") for name in details.missing if name != asked]
    if not words:
        return chat.phrase("details/nothing_more")
    return chat.phrase("details/more", words=" · ".join(words))
