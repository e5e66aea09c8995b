"""退订、订阅: marketing messages stop as easily as they were agreed to, and may be had again."""

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue, NotMeant
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.member.contact_choices import say_choices
from handlers.membership import members_only
from loyalty.people import Purpose
from services.consents import has_consent
from services.contact_choices import agree_to_offers, stop_offers

SUBSCRIBE = "同意订阅"

router = Router(topic="资料")
subscribing = router.dialogue(Dialogue("subscribing"))


@router.command("退订", "td", "停", "停止订阅", "取消订阅", help="words/stop")
async def stop_marketing(chat: Chat) -> None:
    shown_text = chat.phrase("stop/done")
    await stop_offers(chat.shop, chat.person, shown_text=shown_text, key=chat.key)
    await chat.say("stop/done")


@router.understand(behind("退订", "td", "取消订阅", "停止订阅", shape=".{1,10}"))
async def stop_in_doubt(chat: Chat, words: str) -> None:
    """退订吧, 退订广告: no topic is named, which is read before; all stops rather than nothing."""
    await stop_marketing(chat)


@router.command("订阅", help="words/subscribe")
@members_only
async def offer(chat: Chat, member_id: int) -> None:
    """What is agreed to stands in the question, word for word (PIPL article 14)."""
    if await has_consent(member_id, Purpose.MARKETING):
        return await say_choices(chat, member_id, "stop/subscribed_already")
    await chat.open(subscribing, None, **_asked(chat))


@subscribing.ask("agrees", prompt="stop/ask", offers=(SUBSCRIBE,))
def read_answer(text: str) -> Answer:
    if text != SUBSCRIBE:
        raise NotMeant
    return True


@subscribing.done
@members_only
async def subscribe(chat: Chat, member_id: int, answers: Answers) -> None:
    shown_text = chat.phrase("stop/ask", **_asked(chat))
    await agree_to_offers(chat.shop, chat.person, shown_text=shown_text, key=chat.key)
    await chat.say("stop/subscribed")


def _asked(chat: Chat) -> dict[str, object]:
    terms = chat.shop.rules.messages
    return {
        "brand": chat.shop.rules.brand_name,
        "weekly": terms.promotion_per_7d,
        "monthly": terms.promotion_per_30d,
        "quiet_from": terms.quiet_from,
        "quiet_until": terms.quiet_until,
    }
