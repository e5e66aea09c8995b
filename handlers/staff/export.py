"""导出: staff ask for a list of members; an owner says yes, and the link goes to who asked."""

from bot.chat import Chat
from bot.routing import Router
from services.counter.actions import propose_action
from services.org.staff import Right

router = Router()


@router.staff(
    "导出", Right.EXPORT, takes=(0, 2), usage="rights/usage_export", help="rights/help_export"
)
async def export(chat: Chat, arguments: tuple[str, ...]) -> None:
    asked = await propose_action(chat.shop, chat.person, "export", arguments, key=chat.key)
    minutes = int(asked.life.total_seconds()) // 60
    is_owner = chat.person.may(Right.APPROVE)
    who = chat.phrase("rights/export_another_owner" if is_owner else "rights/export_owner")
    facts = {"summary": asked.summary, "code": asked.code, "minutes": minutes}
    await chat.say("rights/export_ask", who=who, **facts)
