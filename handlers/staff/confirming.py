"""确认、取消: the answer to a summary."""

from bot.chat import Chat
from bot.dialogue import NotMeant
from bot.routing import Router
from services.counter.actions import confirm_action
from services.org.confirmations import cancel_confirmations, is_cancellable, looks_like_code
from services.org.invitations import shown_code
from services.org.staff import Right

router = Router()


@router.staff(
    "确认",
    Right.CONFIRM,
    takes=(1, 1),
    usage="staff/usage_confirm",
    help="staff/help_confirm",
    is_certain=looks_like_code,
)
async def confirm(chat: Chat, arguments: tuple[str, ...]) -> None:
    told = await confirm_action(chat.shop, chat.person, arguments[0], key=chat.key)
    if told.invitation:
        code = shown_code(chat.shop, told.invitation)
        return await chat.say("staff/told_invitation", text=told.text, code=code)
    await chat.say("staff/told", text=told.text)
    if told.qr:
        await chat.show_qr(told.qr)


@router.staff("取消", Right.CONFIRM)
async def cancel(chat: Chat, arguments: tuple[str, ...]) -> None:
    """Where nothing waits for 确认, 取消 is everybody's word."""
    if not await is_cancellable(chat.shop, chat.person, key=chat.key):
        raise NotMeant
    await cancel_confirmations(chat.shop, chat.person, key=chat.key)
    await chat.say("staff/cancelled")
