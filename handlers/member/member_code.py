"""会员码: the dynamic code a member shows at the till, as digits and as a picture."""

from bot.chat import Chat
from bot.routing import Router
from handlers.membership import members_only
from services.purchases.member_codes import show_code

router = Router()


@router.command("会员码", "付款码", help="words/member_code")
@members_only
async def show_member_code(chat: Chat, member_id: int) -> None:
    shown = await show_code(chat.shop, member_id)
    await chat.say(
        "member_code/code", code=shown.code, seconds=shown.seconds_left, url=shown.picture_url
    )
    await chat.show_qr(shown.code)
