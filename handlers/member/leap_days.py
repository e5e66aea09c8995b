"""平年过2月28日、平年过3月1日: whoever was born on a 29 February says when to keep it."""

from bot.chat import Chat
from bot.routing import Router
from handlers.membership import members_only
from services.details.leap_days import keep_leap_day_on

router = Router()


@router.command("平年过2月28日")
@members_only
async def on_28_february(chat: Chat, member_id: int) -> None:
    await keep_leap_day_on(chat.shop, member_id, "02-28", key=chat.key)
    await chat.say("details/leap_day_kept", month=2, day=28)


@router.command("平年过3月1日")
@members_only
async def on_1_march(chat: Chat, member_id: int) -> None:
    await keep_leap_day_on(chat.shop, member_id, "03-01", key=chat.key)
    await chat.say("details/leap_day_kept", month=3, day=1)
