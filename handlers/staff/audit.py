"""谁看过、审计: what the audit trail says, to owners and auditors."""

from datetime import date

from bot.chat import Chat
from bot.routing import Router
from services.custody.audit_reading import AuditLine, newest_of_staff, who_looked
from services.org.staff import Right

router = Router()


@router.staff(
    "谁看过", Right.AUDIT, takes=(1, 1), usage="audit/usage_looks", help="audit/help_looks"
)
async def show_looks(chat: Chat, arguments: tuple[str, ...]) -> None:
    member, lines = await who_looked(chat.shop, chat.person, arguments[0], key=chat.key)
    if not lines:
        return await chat.say("audit/no_looks", member_no=member.member_no)
    text = "\n".join(
        chat.phrase("audit/look", when=_when(line), who=line.who, what=line.what) for line in lines
    )
    await chat.say("audit/looks", member_no=member.member_no, lines=text)


@router.staff("审计", Right.AUDIT, takes=(0, 1), usage="audit/usage_acts", help="audit/help_acts")
async def show_acts(chat: Chat, arguments: tuple[str, ...]) -> None:
    """Of all, of one day, or of one of the staff."""
    day, staff_id = _day(arguments), _number(arguments)
    if arguments and day is None and staff_id is None:
        return await chat.say("audit/usage_acts")
    lines = await newest_of_staff(chat.shop, chat.person, day=day, staff_id=staff_id, key=chat.key)
    if not lines:
        return await chat.say("audit/no_acts")
    await chat.say("audit/acts_done", lines="\n".join(_act(chat, line) for line in lines))


def _act(chat: Chat, line: AuditLine) -> str:
    about = ""
    if line.ticket_no:
        about += chat.phrase("audit/on_ticket", number=line.ticket_no)
    if line.member_no:
        about += chat.phrase("audit/on_member", member_no=line.member_no)
    facts = {"when": _when(line), "who": line.who, "what": line.what}
    return chat.phrase("audit/act", **facts, about=about)


def _when(line: AuditLine) -> str:
    return f"{line.at:%m-%d %H:%M}"


def _day(arguments: tuple[str, ...]) -> date | None:
    try:
        return date.fromisoformat(arguments[0])
    except (IndexError, ValueError):
        return None


def _number(arguments: tuple[str, ...]) -> int | None:
    text = arguments[0] if arguments else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
