"""The demo's tickets (演示工单): what guests had to say in the last days, in every state.

The regular's own waits for him on his phone; guests without a phone here read no answers.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loyalty.person import Person
from loyalty.tickets import TicketKind, TicketStep
from services.shop import Shop
from services.tickets.answers import answer_ticket, take_ticket
from services.tickets.endings import rate_ticket, resolve_ticket
from services.tickets.opening import Draft, open_ticket
from services.tickets.topics import set_topic
from storage.outbox import hold_back_queued
from storage.transactions import inside, transactional
from tools.demo_cast import MANAGER, REGULAR, STAFF, SUPPORT
from tools.demo_data import shop_at
from tools.demo_deeds import ACCOUNT
from tools.demo_persons import person_with

OPEN = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What `who` does with the ticket, some hours before now."""

    hours_ago: float
    who: str
    word: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket from its first words on; by a guest's number, or by somebody with a phone."""

    by: int | str
    hours_ago: float
    draft: Draft
    steps: tuple[Step, ...] = ()
    topic: str = ""


STORIES = (
    Story(
        21,
        76,
        Draft(TicketKind.COMPLAINT, "解放碑店的美式等了 25 分钟，端上来还是凉的。"),
        (
            Step(75, SUPPORT, "接单"),
            Step(74.5, SUPPORT, "回复", "非常抱歉，已请店里核查出杯顺序。"),
            Step(50, SUPPORT, "办结", "店里加了一位咖啡师，高峰时段不会再等这么久。"),
            Step(49, "", "评价", "5"),
        ),
        topic="等太久",
    ),
    Story(
        34,
        30,
        Draft(TicketKind.COMPLAINT, "春熙路店排队太久，前面三个人等了二十分钟。"),
        (
            Step(29.5, MANAGER, "接单"),
            Step(29, MANAGER, "回复", "对不起，今天起午间加开一个出杯口。"),
        ),
        topic="等太久",
    ),
    Story(47, 26, Draft(TicketKind.COMPLAINT, "小程序里看到的价格和春熙路店收的不一样。")),
    Story(
        REGULAR,
        20,
        Draft(TicketKind.FEEDBACK, "春熙路店能不能加燕麦奶？每次都得自己带。"),
        (
            Step(19, SUPPORT, "接单"),
            Step(0, SUPPORT, "追问", "正在选牌子：您平时喝哪一种，要无糖的吗？"),
        ),
        topic="燕麦奶",
    ),
    Story(58, 8, Draft(TicketKind.SUGGESTION, "宽窄巷子店门口放几把伞吧，下雨天出不去。")),
    Story(63, 3, Draft(TicketKind.FEEDBACK, "春熙路店的插座大多没电。", anonymous=True)),
)


Moment = tuple[float, int, Step]


async def tell_tickets(shop: Shop, appid: str) -> None:
    """One after the other as time went, so that the trail of who did what reads in order."""
    moments = [
        (step.hours_ago, index, step)
        for index, story in enumerate(STORIES)
        for step in (Step(story.hours_ago, "", OPEN), *story.steps)
    ]
    moments.sort(key=lambda moment: -moment[0])
    told = _Telling(shop, appid, shop.now())
    await _tell(told, [moment for moment in moments if moment[0]], is_past=True)
    await _tell(told, [moment for moment in moments if not moment[0]], is_past=False)
    await _name_topics(told)


@dataclass(frozen=True, slots=True)
class _Telling:
    """The shop, its account, and the numbers of the stories' tickets."""

    shop: Shop
    appid: str
    now: datetime
    numbers: dict[int, int] = field(default_factory=dict)

    async def person(self, who: int | str) -> Person:
        return await person_with(self.shop, self.appid, who)


@transactional
async def _tell(told: _Telling, moments: list[Moment], *, is_past: bool) -> None:
    """What the shop had to say in the past was said then."""
    for hours_ago, index, step in moments:
        story, past = STORIES[index], shop_at(told.shop, told.now - timedelta(hours=hours_ago))
        person, key = await told.person(step.who or story.by), f"demo:{index}:{hours_ago}"
        if step.word == OPEN:
            ticket = await inside(open_ticket)(past, person, story.draft, key=key)
            told.numbers[index] = ticket.id
        else:
            await WORDS[step.word](past, person, told.numbers[index], step.text, key)
    for who in (*(story.by for story in STORIES), *(name for name, _, _ in STAFF)):
        if is_past:
            openid = (await told.person(who)).openid
            await hold_back_queued(ACCOUNT, openid, reason="demo_past")


async def _name_topics(told: _Telling) -> None:
    support = await told.person(SUPPORT)
    for index, story in enumerate(STORIES):
        if story.topic:
            number, key = told.numbers[index], f"demo:topic:{index}"
            await set_topic(told.shop, support, number, story.topic, key=key)


async def _take(shop: Shop, person: Person, ticket_id: int, text: str, key: str) -> None:
    await inside(take_ticket)(shop, person, ticket_id, key=key)


async def _reply(shop: Shop, person: Person, ticket_id: int, text: str, key: str) -> None:
    await inside(answer_ticket)(shop, person, ticket_id, text, step=TicketStep.REPLY, key=key)


async def _ask(shop: Shop, person: Person, ticket_id: int, text: str, key: str) -> None:
    await inside(answer_ticket)(shop, person, ticket_id, text, step=TicketStep.ASK, key=key)


async def _resolve(shop: Shop, person: Person, ticket_id: int, text: str, key: str) -> None:
    await inside(resolve_ticket)(shop, person, ticket_id, text, key=key)


async def _rate(shop: Shop, person: Person, ticket_id: int, text: str, key: str) -> None:
    await inside(rate_ticket)(shop, person, ticket_id, int(text), key=key)


WORDS: dict[str, Callable[[Shop, Person, int, str, str], Awaitable[None]]] = {
    "接单": _take,
    "回复": _reply,
    "追问": _ask,
    "办结": _resolve,
    "评价": _rate,
}
