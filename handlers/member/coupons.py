"""优惠券: the coupons a member can use now, a line each."""

from bot.chat import Chat
from bot.routing import Router
from handlers.membership import members_only
from services.coupons import usable_coupons

router = Router()
# What fits one message; the soonest to end come first.
MOST_SHOWN = 20


@router.command("优惠券", "券", "我的优惠券", help="words/coupons")
@members_only
async def show_coupons(chat: Chat, member_id: int) -> None:
    coupons = await usable_coupons(chat.shop, member_id)
    if not coupons:
        return await chat.say("coupons/empty")
    shown = coupons[:MOST_SHOWN]
    lines = [
        chat.phrase(
            "coupons/line",
            number=number,
            name=coupon.name,
            code=coupon.code,
            last_day=coupon.ends_on,
        )
        for number, coupon in enumerate(shown, 1)
    ]
    if len(coupons) > len(shown):
        lines.append(chat.phrase("coupons/more", count=len(coupons) - len(shown)))
    await chat.say("coupons/list", count=len(coupons), lines="\n".join(lines))
