"""工单、接单、回复、追问、备注、办结、转单、涉及、补偿、工单统计: people answered by people."""

from bot.chat import Chat
from bot.dialogue import NotMeant
from bot.routing import Router
from handlers.staff.proposing import propose
from handlers.staff.ticket_words import PAGE, WAITING, say_figures, say_queue, say_sheet
from services.org.staff import Right
from services.tickets.answers import (
    Ticket,
    TicketStep,
    answer_ticket,
    hand_ticket_over,
    name_subject,
    note_in_ticket,
    take_ticket,
)
from services.tickets.endings import resolve_ticket
from services.tickets.figures import LONGEST_PERIOD_DAYS, PERIOD_DAYS, ticket_figures
from services.tickets.opening import clock_text
from services.tickets.own_tickets import is_own_ticket
from services.tickets.queues import ticket_queue, view_ticket
from services.tickets.reach import read_ticket_number

router = Router()
REMEDIES = {"积分": "points", "券": "coupon"}


@router.staff(
    "工单", Right.TICKETS, takes=(0, 2), usage="tickets/usage_queue", help="tickets/help_queue"
)
async def show(chat: Chat, arguments: tuple[str, ...]) -> None:
    match arguments:
        case () | (("页" | "等待"), *_):
            await _show_queue(chat, *arguments)
        case (number, *page):
            await _show_one(chat, read_ticket_number(number), _page_in(page))


@router.staff(
    "接单", Right.TICKETS, takes=(1, 1), usage="tickets/usage_take", help="tickets/help_take"
)
async def take(chat: Chat, arguments: tuple[str, ...]) -> None:
    ticket = await take_ticket(chat.shop, chat.person, _number(arguments), key=chat.key)
    if ticket.due_at is None:
        return await chat.say("tickets/taken_answered", number=ticket.id)
    promise = clock_text(chat.shop, ticket.due_at)
    await chat.say("tickets/taken", number=ticket.id, promise=promise)


@router.staff(
    "回复",
    Right.TICKETS,
    takes=(2, 2),
    takes_text=True,
    usage="tickets/usage_reply",
    help="tickets/help_reply",
)
async def reply(chat: Chat, arguments: tuple[str, ...]) -> None:
    ticket = await _answer(chat, arguments, TicketStep.REPLY)
    await chat.say("tickets/replied", number=ticket.id)


@router.staff(
    "追问",
    Right.TICKETS,
    takes=(2, 2),
    takes_text=True,
    usage="tickets/usage_ask",
    help="tickets/help_ask",
)
async def ask(chat: Chat, arguments: tuple[str, ...]) -> None:
    ticket = await _answer(chat, arguments, TicketStep.ASK)
    await chat.say("tickets/asked", number=ticket.id)


@router.staff(
    "备注",
    Right.TICKETS,
    takes=(2, 2),
    takes_text=True,
    usage="tickets/usage_note",
    help="tickets/help_note",
)
async def note(chat: Chat, arguments: tuple[str, ...]) -> None:
    number, text = _number(arguments), arguments[1]
    ticket = await note_in_ticket(chat.shop, chat.person, number, text, key=chat.key)
    await chat.say("tickets/noted", number=ticket.id)


@router.staff(
    "办结",
    Right.TICKETS,
    takes=(1, 2),
    takes_text=True,
    usage="tickets/usage_resolve",
    help="tickets/help_resolve",
)
async def resolve(chat: Chat, arguments: tuple[str, ...]) -> None:
    text = arguments[1] if len(arguments) > 1 else ""
    ticket = await resolve_ticket(chat.shop, chat.person, _number(arguments), text, key=chat.key)
    await chat.say("tickets/resolved", number=ticket.id)


@router.staff(
    "转单",
    Right.TICKETS,
    takes=(2, 2),
    usage="tickets/usage_hand_over",
    help="tickets/help_hand_over",
)
async def hand_over(chat: Chat, arguments: tuple[str, ...]) -> None:
    number, staff_id = _number(arguments), read_ticket_number(arguments[1])
    who = await hand_ticket_over(chat.shop, chat.person, number, staff_id, key=chat.key)
    await chat.say("tickets/handed_over", number=number, who=who)


@router.staff(
    "涉及", Right.TICKETS, takes=(2, 2), usage="tickets/usage_name", help="tickets/help_name"
)
async def name(chat: Chat, arguments: tuple[str, ...]) -> None:
    number, staff_id = _number(arguments), read_ticket_number(arguments[1])
    await name_subject(chat.shop, chat.person, number, staff_id, key=chat.key)
    await chat.say("tickets/named", number=number, staff=staff_id)


@router.staff(
    "补偿", Right.REMEDY, takes=(3, 3), usage="tickets/usage_remedy", help="tickets/help_remedy"
)
async def remedy(chat: Chat, arguments: tuple[str, ...]) -> None:
    number, what, value = arguments
    if what not in REMEDIES:
        return await chat.say("tickets/usage_remedy")
    await propose(chat, "remedy", (number, REMEDIES[what], value))


@router.staff(
    "工单统计",
    Right.TICKETS,
    takes=(0, 1),
    usage="tickets/usage_figures",
    help="tickets/help_figures",
)
async def show_figures(chat: Chat, arguments: tuple[str, ...]) -> None:
    typed = arguments[0] if arguments else str(PERIOD_DAYS)
    if not typed.isdecimal() or not 1 <= int(typed) <= LONGEST_PERIOD_DAYS:
        return await chat.say("tickets/usage_figures")
    figures = await ticket_figures(chat.shop, chat.person, days=int(typed))
    await say_figures(chat, figures, days=int(typed))


async def _show_queue(chat: Chat, what: str = PAGE, page: str = "1") -> None:
    waiting = what == WAITING
    queue = await ticket_queue(chat.shop, chat.person, waiting=waiting, page=_page_in([page]))
    await say_queue(chat, queue, waiting=waiting, page=_page_in([page]))


async def _show_one(chat: Chat, number: int, page: int) -> None:
    """Staff ask for things themselves, and find their own by the same word."""
    if await is_own_ticket(chat.person, number):
        raise NotMeant
    await say_sheet(
        chat, await view_ticket(chat.shop, chat.person, number, key=chat.key), page=page
    )


async def _answer(chat: Chat, arguments: tuple[str, ...], step: TicketStep) -> Ticket:
    number, text = _number(arguments), arguments[1]
    return await answer_ticket(chat.shop, chat.person, number, text, step=step, key=chat.key)


def _number(arguments: tuple[str, ...]) -> int:
    return read_ticket_number(arguments[0])


def _page_in(typed: list[str]) -> int:
    """The first page for whatever is no number of one."""
    text = typed[0] if typed else ""
    return max(1, int(text)) if text.isdecimal() and len(text) < 4 else 1
