"""查会员: a short masked card of a member."""

from bot.chat import Chat
from bot.routing import Router
from loyalty.money import yuan_text
from services.member_cards import member_card
from services.staff import Right

router = Router()


@router.staff(
    "查会员", Right.LOOK_UP, takes=(1, 1), usage="staff/usage_look_up", help="staff/help_look_up"
)
async def look_up(chat: Chat, arguments: tuple[str, ...]) -> None:
    card = await member_card(chat.shop, chat.person, arguments[0], key=chat.key)
    await chat.say(
        "staff/card",
        member=card.member.name_masked,
        member_no=card.member.member_no,
        tier=card.tier,
        points=card.points,
        stored=yuan_text(card.stored_fen),
        coupons=card.coupons,
        last_visit=card.last_visit or chat.phrase("staff/no_visit"),
        tags="、".join(card.tags) or chat.phrase("audiences/no_tags"),
    )
