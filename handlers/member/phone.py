"""手机号: proving a number by the code that was sent, and what to do where it is known already."""

import re
import unicodedata

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue, NotMeant, Progress
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from loyalty.money import yuan_text
from services.details.phone_owners import move_number
from services.details.phones import (
    TypedPhone,
    Verified,
    WrongPhoneCode,
    ask_again,
    finish_verification,
    start_verification,
)
from services.merges.own_merges import merge_own, other_membership

CODE = re.compile(r"([0-9]{3}) ?([0-9]{3})")

router = Router(topic="资料")
code_asked = router.dialogue(Dialogue("phone_code"))
merge_asked = router.dialogue(Dialogue("own_merge"))


async def take_phone(chat: Chat, text: str, *, more: str) -> None:
    """A number was typed as the member's own. Raises BadDetail."""
    typed = await start_verification(chat.shop, chat.person, text, key=chat.key)
    if typed.state == "saved":
        line = chat.phrase("details/line_phone", value=typed.phone)
        said = chat.phrase("details/saved", line=line, more=more)
    else:
        said = chat.phrase(f"phone/{typed.state}", phone=typed.phone, old=typed.old)
    await _say_with_code(chat, said, typed)


def code_in(text: str) -> str | None:
    """The six digits, however a keyboard spaces and widens them."""
    found = CODE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return found[1] + found[2] if found else None


@router.command("验证手机号", help="words/verify_phone")
@members_only
async def send_again(chat: Chat, member_id: int) -> None:
    typed = await ask_again(chat.shop, chat.person, key=chat.key)
    if typed is None:
        return await chat.say("phone/no_phone")
    if typed.state == "already":
        return await chat.say("phone/already", phone=typed.phone)
    if typed.code == "none":
        return await chat.say("phone/no_sms")
    await _say_with_code(chat, "", typed)


@code_asked.ask("code", prompt="phone/code_sent")
def read_code(text: str) -> Answer:
    code = code_in(text)
    if code is None:
        raise NotMeant
    return code


@code_asked.done
@members_only
async def code_typed(chat: Chat, member_id: int, answers: Answers) -> None:
    await take_code(chat, str(answers["code"]))


@router.understand(behind("验证码?", shape="[0-9]{6}"), is_certain=True)
@members_only
async def code_behind_word(chat: Chat, member_id: int, code: str) -> None:
    await take_code(chat, code)


@router.command("只换号")
@members_only
async def take_number_alone(chat: Chat, member_id: int) -> None:
    await _tell(chat, await move_number(chat.shop, chat.person, key=chat.key))


@router.command("合并会员")
@members_only
async def show_merge(chat: Chat, member_id: int) -> None:
    other = await other_membership(chat.shop, chat.person)
    await chat.say(
        "phone/merge_ask",
        member_no=other.member_no,
        points=other.points,
        yuan=yuan_text(other.stored_fen),
    )
    chat.progress = Progress(merge_asked.name, {"other": other.member_id})


@merge_asked.ask("sure", prompt="phone/merge_ask", offers=("确认合并",))
def read_sure(text: str) -> Answer:
    """Anything else is no yes."""
    if text not in merge_asked.questions[0].offers:
        raise NotMeant
    return True


@merge_asked.done
@members_only
async def merge(chat: Chat, member_id: int, answers: Answers) -> None:
    other_id = int(answers["other"] or 0)
    await merge_own(chat.shop, chat.person, other_id, key=chat.key)
    await chat.say("phone/merged")


async def _say_with_code(chat: Chat, said: str, typed: TypedPhone) -> None:
    """What came of the number, and below it whether a code is on its way."""
    lines = [said] if said else []
    if typed.code == "sent":
        lines.append(chat.phrase("phone/code_sent", phone=typed.phone))
        # The lines of 资料 stay open, and take the code as well.
        if chat.progress is None:
            chat.expect(code_asked)
    elif typed.code == "too_many":
        lines.append(chat.phrase("phone/code_too_many"))
    await chat.say("phone/typed", lines="\n".join(lines))


async def take_code(chat: Chat, code: str) -> None:
    """After a wrong one the question stays open, while there are tries left."""
    verified = await finish_verification(chat.shop, chat.person, code, key=chat.key)
    if not isinstance(verified, WrongPhoneCode):
        return await _tell(chat, verified)
    if verified.tries_left and chat.progress is None:
        chat.expect(code_asked)
    raise verified.refusal()


async def _tell(chat: Chat, verified: Verified) -> None:
    name = verified.state if verified.members == 0 else "brought"
    await chat.say(
        f"phone/{name}",
        phone=verified.phone,
        points=verified.points,
        yuan=yuan_text(verified.stored_fen),
    )
