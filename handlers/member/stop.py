"""退订、订阅: marketing messages stop as easily as they were agreed to, and may be had again."""

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue, NotMeant
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.member.contact_choices import (
    ANY_TOPIC,
    TOPIC_WORDS,
    is_agreed,
    say_choices,
    topic_name,
)
from handlers.membership import members_only
from loyalty.people import Purpose
from services.messages.contact_choices import agree_to_offers, hear_about, stop_offers
from services.people.consents import given_purposes, has_consent

SUBSCRIBE = "同意订阅"

router = Router(topic="资料")
subscribing = router.dialogue(Dialogue("subscribing"))


@router.command("退订", "td", "停", "停止订阅", "取消订阅", help="words/stop")
async def stop_marketing(chat: Chat) -> None:
    shown_text = chat.phrase("stop/done")
    await stop_offers(chat.shop, chat.person, shown_text=shown_text, key=chat.key)
    await chat.say("stop/done")


@router.understand(behind("退订", "td", "取消订阅", "停止订阅", shape=".{1,10}"))
@router.understand(
    behind(
        "请?(?:不要|别)再?(?:给我|向我)?再?(?:发|推送?|打扰|骚扰)",
        "我?不想再?(?:收到|收|被打扰)",
        shape="(?:了|啦|吧|我|给我|消息|短信|广告|优惠|推送)*",
        unit="[!.~。]*",
    )
)
async def stop_in_doubt(chat: Chat, words: str) -> None:
    """退订吧, 别发了: no topic is named, which is read before; all stops rather than nothing."""
    await stop_marketing(chat)


@router.command("订阅", help="words/subscribe")
@members_only
async def offer(chat: Chat, member_id: int) -> None:
    """What is agreed to stands in the question, word for word (PIPL article 14)."""
    if await has_consent(member_id, Purpose.MARKETING):
        return await say_choices(chat, member_id, "stop/subscribed_already")
    await chat.open(subscribing, None, **_asked(chat))


@router.understand(behind("订阅", "恢复", shape=ANY_TOPIC, unit="(?:消息)?"))
@members_only
async def start_topic(chat: Chat, member_id: int, word: str) -> None:
    """Whoever has not agreed, or said stop, is asked first: of a topic alone nothing would come."""
    topic = TOPIC_WORDS[word]
    await hear_about(chat.shop, member_id, topic, key=chat.key)
    if not is_agreed(topic, await given_purposes(member_id)):
        return await chat.open(subscribing, None, **_asked(chat))
    await chat.say("stop/topic_again", topic=topic_name(chat, topic))


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
