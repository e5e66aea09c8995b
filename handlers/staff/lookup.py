"""查会员、今日生日: a short masked card of a member, and who has a birthday today."""

from bot.chat import Chat
from bot.routing import Router
from loyalty.money import yuan_text
from services.org.staff import Right
from services.people.birthdays_today import Celebrant, birthdays_today
from services.people.member_cards import member_card

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


@router.staff(
    "今日生日",
    Right.LOOK_UP,
    takes=(0, 0),
    usage="staff/usage_birthdays",
    help="staff/help_birthdays",
)
async def show_birthdays(chat: Chat, arguments: tuple[str, ...]) -> None:
    found = await birthdays_today(chat.shop, chat.person, key=chat.key)
    if not found.total:
        return await chat.say("staff/no_birthdays")
    lines = [_celebrant_line(chat, celebrant) for celebrant in found.celebrants]
    if found.total > len(lines):
        lines.append(chat.phrase("staff/birthdays_more", shown=len(lines)))
    await chat.say("staff/birthdays", count=found.total, lines="\n".join(lines))


def _celebrant_line(chat: Chat, celebrant: Celebrant) -> str:
    return chat.phrase(
        "staff/birthday_line",
        member=celebrant.name_masked or chat.phrase("staff/no_name"),
        store=celebrant.store_name or chat.phrase("staff/no_home_store"),
    )
