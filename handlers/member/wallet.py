"""余额: the stored value a member can spend, and the member's yes to a large payment."""

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from loyalty.money import yuan_text
from services.wallet.balance import StoredValue, stored_value
from services.wallet.hold_consents import agree_to_hold

router = Router()


@router.command("余额", "我的余额", "查余额", help="words/wallet")
@members_only
async def show_stored_value(chat: Chat, member_id: int) -> None:
    stored = await stored_value(chat.shop, member_id)
    await chat.say(
        "wallet/balance",
        available=yuan_text(stored.available_fen),
        principal=yuan_text(stored.principal_fen),
        bonus=yuan_text(stored.bonus_fen),
        more="\n".join(_more(chat, stored)),
    )


def _more(chat: Chat, stored: StoredValue) -> list[str]:
    held = [chat.phrase("wallet/held", held=yuan_text(stored.held_fen))] if stored.held_fen else []
    return held + [
        chat.phrase(
            "wallet/expiry", expires_on=expiry.expires_on, bonus=yuan_text(expiry.bonus_fen)
        )
        for expiry in stored.next_expiries
    ]


@router.understand(behind("同意付款", shape="[0-9]{6}"), is_certain=True)
@members_only
async def agree(chat: Chat, member_id: int, code: str) -> None:
    agreed = await agree_to_hold(chat.shop, member_id, code)
    await chat.say("wallet/agreed", amount=yuan_text(agreed.amount_fen), store=agreed.store_name)
