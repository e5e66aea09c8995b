"""改进、话题、意见箱: what staff make of what people ask, again and again."""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from services.org.staff import Right
from services.tickets.announcements import Announced, announcements
from services.tickets.opening import clock_text
from services.tickets.reach import read_ticket_number
from services.tickets.suggestion_box import send_box_code
from services.tickets.topics import repeated_topics, set_topic

router = Router()


@router.staff(
    "改进",
    Right.ANNOUNCE,
    takes=(0, 2),
    takes_text=True,
    usage="service/usage_announce",
    help="service/help_announce",
)
async def announce(chat: Chat, arguments: tuple[str, ...]) -> None:
    match arguments:
        case ():
            await _list_announcements(chat)
        case (_, _):
            await propose(chat, "announce", arguments)
        case _:
            await chat.say("service/usage_announce")


@router.staff(
    "话题", Right.TICKETS, takes=(0, 2), usage="service/usage_topic", help="service/help_topic"
)
async def topic(chat: Chat, arguments: tuple[str, ...]) -> None:
    match arguments:
        case ():
            await _list_topics(chat)
        case (number, text):
            ticket_id = read_ticket_number(number)
            ticket = await set_topic(chat.shop, chat.person, ticket_id, text, key=chat.key)
            await chat.say("service/topic_set", number=ticket.id, topic=text)
        case _:
            await chat.say("service/usage_topic")


@router.staff(
    "意见箱", Right.TICKETS, takes=(0, 1), usage="service/usage_box", help="service/help_box"
)
async def show_box(chat: Chat, arguments: tuple[str, ...]) -> None:
    code = arguments[0] if arguments else ""
    counter = await send_box_code(chat.shop, chat.person, code, key=chat.key)
    await chat.say("service/box_coming", store=counter.place.store_name)


async def _list_announcements(chat: Chat) -> None:
    found = await announcements(chat.shop, chat.person)
    if not found:
        return await chat.say("service/announcements_none")
    lines = "\n".join(_announcement(chat, line) for line in found)
    await chat.say("service/announcements", lines=lines)


def _announcement(chat: Chat, told: Announced) -> str:
    return chat.phrase(
        "service/announcements_line",
        day=clock_text(chat.shop, told.at),
        text=told.text,
        sent=told.sent,
        on_the_way=told.on_the_way,
        later=told.later,
        lost=told.lost,
    )


async def _list_topics(chat: Chat) -> None:
    found = await repeated_topics(chat.shop, chat.person)
    if not found:
        return await chat.say("service/topics_none")
    lines = [
        chat.phrase(
            "service/topics_line",
            topic=line.topic,
            where=line.where,
            count=line.count,
            newest=line.newest,
        )
        for line in found
    ]
    await chat.say("service/topics", lines="\n".join(lines))
