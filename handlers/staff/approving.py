"""批准: an owner says yes to what an operator asks for at the command line."""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from services.org.confirmations import looks_like_code
from services.org.staff import Right

router = Router()


@router.staff(
    "批准",
    Right.APPROVE,
    takes=(1, 1),
    usage="staff/usage_approve",
    help="staff/help_approve",
    is_certain=looks_like_code,
)
async def approve(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "approve", arguments)
