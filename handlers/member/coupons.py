"""优惠券: the coupons a member can use, a line each; apart, what waits for its day or a friend."""

from bot.chat import Chat
from bot.routing import Router
from handlers.membership import members_only
from services.coupons.issuing import OwnCoupon, own_coupons

router = Router()


@router.command("优惠券", "券", "我的优惠券", help="words/coupons")
@members_only
async def show_coupons(chat: Chat, member_id: int) -> None:
    coupons = await own_coupons(chat.shop, member_id)
    if not coupons:
        return await chat.say("coupons/empty")
    count = sum(own.is_usable for own in coupons)
    await chat.say_most(
        "coupons/list",
        len(coupons),
        lambda shown: {"count": count, "lines": _lines(chat, coupons, shown)},
    )


def _lines(chat: Chat, coupons: list[OwnCoupon], most: int) -> str:
    """The soonest to end come first."""
    shown = coupons[:most]
    lines = [_line(chat, own) for own in shown if own.is_usable]
    offered = [_line(chat, own) for own in shown if own.is_offered]
    later = [_line(chat, own) for own in shown if not own.is_offered and not own.has_begun]
    if offered:
        lines.append(chat.phrase("coupons/offered", lines="\n".join(offered)))
    if later:
        lines.append(chat.phrase("coupons/later", lines="\n".join(later)))
    if len(coupons) > most:
        lines.append(chat.phrase("coupons/more", count=len(coupons) - most))
    return "\n".join(lines)


def _line(chat: Chat, own: OwnCoupon) -> str:
    coupon = own.coupon
    wording = "coupons/card_line" if coupon.is_count_card else "coupons/line"
    if not own.has_begun:
        wording = "coupons/later_line"
    return chat.phrase(
        wording,
        number=own.number,
        name=coupon.name,
        code=coupon.code,
        uses=coupon.uses_left,
        first_day=coupon.starts_on,
        last_day=coupon.ends_on,
    )
