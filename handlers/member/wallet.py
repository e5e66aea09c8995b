"""余额: the stored value a member can spend, principal and bonus apart."""

from bot.chat import Chat
from bot.routing import Router
from handlers.membership import members_only
from loyalty.money import yuan_text
from services.wallet import stored_value

router = Router()


@router.command("余额", "我的余额", "查余额", help="words/wallet")
@members_only
async def show_stored_value(chat: Chat, member_id: int) -> None:
    stored = await stored_value(chat.shop, member_id)
    held = chat.phrase("wallet/held", held=yuan_text(stored.held_fen)) if stored.held_fen else ""
    await chat.say(
        "wallet/balance",
        available=yuan_text(stored.available_fen),
        principal=yuan_text(stored.principal_fen),
        bonus=yuan_text(stored.bonus_fen),
        held=held,
    )
