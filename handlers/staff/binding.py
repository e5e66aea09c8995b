"""绑定: whoever holds an invitation becomes staff by sending its code."""

from bot.chat import Chat
from bot.dialogue import NotMeant
from bot.routing import Router
from services.org.invitations import bind_staff, looks_like_invitation

router = Router()


@router.staff("绑定", None, takes=(1, 1), is_certain=looks_like_invitation)
async def bind(chat: Chat, arguments: tuple[str, ...]) -> None:
    """To anybody without something that can be a code it is no word."""
    if not looks_like_invitation(arguments[0]):
        raise NotMeant
    bound = await bind_staff(chat.shop, chat.person, arguments[0])
    role = chat.phrase(f"staff/role_{bound.role}")
    await chat.say("staff/bound", role=role, store=bound.store)
