"""渠道码、回访: what a campaign's code brings, and the answer to a campaign's question."""

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import has_words, number_behind
from services.campaigns.answers import answer_question
from services.campaigns.codes import is_campaign_code, scan_code
from services.campaigns.turns import Given
from services.tickets.opening import clock_text

router = Router(topic="服务")


@router.understand(number_behind("回访"), is_certain=True, takes_text=has_words)
async def answered(chat: Chat, asked: tuple[int, str]) -> None:
    number, words = asked
    told = await answer_question(chat.shop, chat.person, number, words, key=chat.key)
    if told.ticket is None:
        return await chat.say("campaigns/thanks", answer=told.answer)
    promise = clock_text(chat.shop, told.ticket.promise_at)
    await chat.say("campaigns/sorry", answer=told.answer, number=told.ticket.id, promise=promise)


async def give_by_code(chat: Chat, scene: str) -> bool:
    """False where the scanned scene is no campaign's, or has nothing for this person."""
    if not is_campaign_code(chat.shop, scene):
        return False
    given = await scan_code(chat.shop, chat.person, scene, key=chat.key)
    if not chat.person.is_member:
        await chat.say("campaigns/code_joins", brand=chat.shop.rules.brand_name)
        return True
    lines = [line for one in given for line in gift_lines(chat, one)]
    if lines:
        await chat.say("campaigns/code_given", lines="\n".join(lines))
    return bool(lines)


def gift_lines(chat: Chat, given: Given) -> list[str]:
    """What it says itself first, then what there is."""
    lines = list(given.lines)
    if given.points:
        lines.append(chat.phrase("campaigns/gift_points", points=given.points))
    lines += [
        chat.phrase("campaigns/gift_coupon", name=one.name, code=one.code, last_day=one.ends_on)
        for one in given.coupons
    ]
    return lines
