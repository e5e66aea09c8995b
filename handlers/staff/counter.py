"""小票、核销、充值、补积分、退卡、退充值、撤销: what staff do at a counter without a till.

Each word answers with a summary; nothing happens before 确认.
"""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from services.org.staff import Right

router = Router()


@router.staff(
    "小票", Right.RECEIPT, takes=(1, 2), usage="staff/usage_receipt", help="staff/help_receipt"
)
async def make_receipt(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "receipt", arguments)


@router.staff(
    "核销", Right.REDEEM, takes=(1, 2), usage="staff/usage_redeem", help="staff/help_redeem"
)
async def redeem(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "redeem", arguments)


@router.staff(
    "充值", Right.TOP_UP, takes=(2, 3), usage="staff/usage_top_up", help="staff/help_top_up"
)
async def top_up(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "top_up", arguments)


@router.staff(
    "补积分",
    Right.ADJUST,
    takes=(3, 3),
    takes_text=True,
    usage="staff/usage_adjust",
    help="staff/help_adjust",
)
async def adjust_points(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "adjust", arguments)


@router.staff(
    "退卡",
    Right.CARD_REFUND,
    takes=(1, 1),
    usage="staff/usage_card_refund",
    help="staff/help_card_refund",
)
async def refund_card(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "card_refund", arguments)


@router.staff(
    "退充值",
    Right.CARD_REFUND,
    takes=(1, 1),
    usage="staff/usage_withdraw",
    help="staff/help_withdraw",
)
async def withdraw_top_up(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "withdraw", arguments)


@router.staff("撤销", Right.UNDO, takes=(0, 1), takes_text=True, help="staff/help_undo")
async def undo(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "undo", arguments)
