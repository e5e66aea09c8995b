"""消息设置: which topics a member hears of, how often, and a pause; every choice is a tap."""

import re
from collections.abc import Mapping

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from loyalty.people import Purpose
from services.messages.contact_choices import (
    A_MONTH_DAYS,
    Choices,
    Topic,
    choices_shown,
    end_pause,
    hear_fewer,
    hear_more,
    pause_offers,
    stop_messages_about,
)
from services.people.consents import given_purposes

# As members say them; the first is how we do.
TOPIC_WORDS: dict[str, Topic] = {
    "优惠": Topic.OFFERS,
    "促销": Topic.OFFERS,
    "活动": Topic.ACTIVITIES,
    "祝福": Topic.CARE,
    "关怀": Topic.CARE,
    "生日": Topic.CARE,
    "到期": Topic.EXPIRY,
    "等级": Topic.TIERS,
}
ANY_TOPIC = "|".join(map(re.escape, TOPIC_WORDS))
# What needs a yes of its own; all others come until somebody says no.
OFFERED = frozenset({Topic.OFFERS, Topic.ACTIVITIES})

router = Router(topic="资料")


@router.command("消息", "消息设置", "我的消息", "订阅管理", help="words/choices")
@members_only
async def show_choices(chat: Chat, member_id: int) -> None:
    await say_choices(chat, member_id, "stop/choices")


async def say_choices(chat: Chat, member_id: int, wording: str) -> None:
    """The topics with what may be tapped to change them, inside this sentence."""
    choices = await choices_shown(chat.shop, member_id)
    given = await given_purposes(member_id)
    lines = "\n".join(_line(chat, topic, choices, given) for topic in Topic)
    topics = chat.phrase(
        "stop/topics", lines=lines, how_many=_how_many(chat, choices), pause=_pause(chat, choices)
    )
    await chat.say(wording, topics=topics)


def _line(chat: Chat, topic: Topic, choices: Choices, given: dict[str, bool]) -> str:
    state = "off" if topic in choices.topics_off else "on"
    if not is_agreed(topic, given):
        state = "unasked" if topic in OFFERED else "stopped"
    return chat.phrase(f"stop/topic_{state}", topic=topic_name(chat, topic))


def is_agreed(topic: Topic, given: Mapping[str, bool]) -> bool:
    """Whether a member with these last words on each purpose may hear of it at all."""
    if topic in OFFERED:
        return given.get(Purpose.MARKETING, False)
    return given.get(Purpose.CARE, True)


def _how_many(chat: Chat, choices: Choices) -> str:
    if choices.weekly is None:
        terms = chat.shop.rules.messages
        return chat.phrase(
            "stop/as_the_shop", promotion=terms.promotion_per_7d, care=terms.care_per_7d
        )
    return chat.phrase("stop/one_a_week" if choices.weekly else "stop/none_a_week")


def _pause(chat: Chat, choices: Choices) -> str:
    if choices.paused_until is None:
        return chat.phrase("stop/not_paused")
    return chat.phrase("stop/paused", day=choices.paused_until)


def topic_name(chat: Chat, topic: Topic) -> str:
    return chat.phrase(f"stop/topic_{topic}")


@router.understand(behind("退订", "td", "停止?", "取消订阅", shape=ANY_TOPIC, unit="(?:消息)?"))
@members_only
async def stop_topic(chat: Chat, member_id: int, word: str) -> None:
    topic = TOPIC_WORDS[word]
    await stop_messages_about(chat.shop, member_id, topic, key=chat.key)
    await chat.say("stop/topic_stopped_now", topic=topic_name(chat, topic))


@router.command("少一点", "少一些", "太多了", "别太多")
@members_only
async def fewer(chat: Chat, member_id: int) -> None:
    choices = await hear_fewer(chat.shop, member_id, key=chat.key)
    await chat.say("stop/fewer_one" if choices.weekly else "stop/fewer_none")


@router.command("多一点", "多一些")
@members_only
async def more(chat: Chat, member_id: int) -> None:
    choices = await hear_more(chat.shop, member_id, key=chat.key)
    if choices.weekly is not None:
        return await chat.say("stop/more_one")
    terms = chat.shop.rules.messages
    await chat.say("stop/more_shop", promotion=terms.promotion_per_7d, care=terms.care_per_7d)


@router.command("暂停一个月", "暂停", "暂停消息")
@members_only
async def pause_a_month(chat: Chat, member_id: int) -> None:
    await _pause_for(chat, member_id, A_MONTH_DAYS)


@router.understand(behind("暂停", shape="[0-9]{1,4}", unit="(?:天|日)?"))
@members_only
async def pause(chat: Chat, member_id: int, days: str) -> None:
    await _pause_for(chat, member_id, int(days))


async def _pause_for(chat: Chat, member_id: int, days: int) -> None:
    choices = await pause_offers(chat.shop, member_id, days, key=chat.key)
    await chat.say("stop/paused_now", day=choices.paused_until)


@router.command("恢复消息", "恢复")
@members_only
async def resume(chat: Chat, member_id: int) -> None:
    await end_pause(chat.shop, member_id, key=chat.key)
    await chat.say("stop/resumed")
